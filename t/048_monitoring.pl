# Monitoring: the metric views as the role that reads them, the exporters' files, and
# the log lines that doc/monitoring.md promises, each provoked.

use strict;
use warnings;
use Test::More;
use CPAN::Meta::YAML;
use FindBin;
use IPC::Run ();
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Hole qw(black_hole);
use TdsMirror::Lab qw(bindir free_port slurp wait_until);
use TdsMirror::Pair;

my $share = "$FindBin::Bin/../share/monitoring";
my $manual = slurp("$FindBin::Bin/../doc/monitoring.md");
my $cluster = TdsMirror::Cluster->start('monitoring');
my $pair = TdsMirror::Pair->start(prefix => 'monitoring-', witness => 1,
	script => track_script() . "CREATE TABLE dbo.note (id int NOT NULL PRIMARY KEY)\ngo\n");
my ($a, $b) = ($pair->a, $pair->b);
my $setup = $cluster->session;
my $password = $TdsMirror::Instance::password;

$setup->query(server_sql($pair, login_timeout => '5 s') . who_table_sql() . track_table_sql());
is($setup->query('SELECT instance FROM who'), 'A', 'A is principal');

sub install
{
	my (@settings) = @_;
	my $log = '';
	my @command = (bindir() . '/psql', '-X', '-q', '-h', '127.0.0.1', '-p', $cluster->port, '-U', 'lab', '-d', 'postgres',
		map({ ('-v', $_) } @settings), '-f', "$share/metrics.sql");
	my $ok = IPC::Run::run(\@command, '<', '/dev/null', '>', \$log, '2>&1');

	return ($ok, $log);
}

# All that each file asks for, by the name of the metric: kind and meaning.
my (%metric, %query);

subtest 'the files of the exporters' => sub {
	my ($exporter) = @{ CPAN::Meta::YAML->read("$share/postgres_exporter.yaml") };
	is_deeply([ sort keys %$exporter ], [qw(tds_mirror_pair tds_mirror_partner)], 'postgres_exporter: two queries');
	for my $name (sort keys %$exporter)
	{
		my @columns = map { keys %$_ } @{ $exporter->{$name}{metrics} };
		my %seen;

		is_deeply([ grep { $seen{$_}++ } @columns ], [], "$name: no column twice");
		for my $entry (@{ $exporter->{$name}{metrics} })
		{
			my ($column) = keys %$entry;

			like($entry->{$column}{usage}, qr/^(?:LABEL|GAUGE|COUNTER)$/, "$name.$column: a kind that there is");
			unlike($column, qr/^(?:server|instance|job)$/, "$name.$column: a label that is nobody else's");
			$metric{"${name}_$column"} = [ lc $entry->{$column}{usage}, $entry->{$column}{description} ]
			  unless $entry->{$column}{usage} eq 'LABEL';
		}
		$query{"postgres_exporter, $name"} = { sql => $exporter->{$name}{query}, columns => \@columns,
			numbers => [ grep { $metric{"${name}_$_"} } @columns ] };
	}

	my ($collector) = @{ CPAN::Meta::YAML->read("$share/sql_exporter.collector.yml") };
	is_deeply({ map { $_->{metric_name} => [ $_->{type}, $_->{help} ] } @{ $collector->{metrics} } }, \%metric,
		'sql_exporter: the same metrics');
	for my $named (@{ $collector->{queries} })
	{
		my @used = grep { $_->{query_ref} eq $named->{query_name} } @{ $collector->{metrics} };
		my @numbers = map { @{ $_->{values} } } @used;
		my %columns = map { $_ => 1 } map({ @{ $_->{key_labels} } } @used), @numbers;

		$query{"sql_exporter, $named->{query_name}"} = { sql => $named->{query}, columns => [ keys %columns ], numbers => \@numbers };
	}

	my ($pgwatch) = @{ CPAN::Meta::YAML->read("$share/pgwatch.yaml") };
	for my $name (sort keys %{ $pgwatch->{metrics} })
	{
		my @numbers = map { /^${name}_(.*)/ ? $1 : () } keys %metric;
		my @gauges = grep { $metric{"${name}_$_"}[0] eq 'gauge' } @numbers;
		my @labels = map { "tag_$_" } $name =~ /partner/ ? qw(server_name partner) : 'server_name';

		is_deeply([ sort @{ $pgwatch->{metrics}{$name}{gauges} } ], [ sort @gauges ], "pgwatch, $name: the same gauges");
		$query{"pgwatch, $name"} = { sql => $pgwatch->{metrics}{$name}{sqls}{15}, columns => [ 'epoch_ns', @labels, @numbers ],
			numbers => [ 'epoch_ns', @numbers ] };
	}
	for my $file (glob "$share/zabbix/*.sql")
	{
		my ($name) = $file =~ m{([^/]+)\.sql$};
		$query{"zabbix, $name"} = { %{ $query{"postgres_exporter, $name"} }, sql => slurp($file) };
	}
	is(keys %query, 8, 'four exporters, two queries each');

	my ($alerts) = @{ CPAN::Meta::YAML->read("$share/alerts.yml") };
	for my $rule (@{ $alerts->{groups}[0]{rules} })
	{
		my @names = $rule->{expr} =~ /\b(tds_mirror_\w+)/g;

		ok(@names && !grep({ !$metric{$_} } @names), "$rule->{alert}: of metrics that there are") or diag $rule->{expr};
		like($manual, qr/^\| .*`$rule->{alert}`/m, "$rule->{alert}: in the manual");
	}
	like($manual, qr/^\| `$_` \| $metric{$_}[0] \|/m, "$_: in the manual") for sort keys %metric;
	is(scalar(() = $manual =~ /^\| `tds_mirror_(?:partner|pair)_\w+` \|/mg), scalar keys %metric, 'and no other ones');
};

my ($ok, $log) = install();
ok(!$ok, 'metrics.sql without a role is refused');
like($log, qr/-v role=/, 'with what to say');
$setup->query('CREATE ROLE monitor LOGIN; CREATE ROLE "Odd \' Role" LOGIN');
for my $role ('Odd \' Role', 'monitor', 'monitor')
{
	($ok, $log) = install("role=$role");
	ok($ok, "metrics.sql for $role") or diag $log;
}
my $monitor = $cluster->session(user => 'monitor');
is($monitor->query('SELECT count(*) FROM tds_mirror_metrics.partner') . $monitor->query('SELECT count(*) FROM tds_mirror_metrics.pair'),
	'00', 'without USAGE and a mapping there is nothing to see');
$setup->query("GRANT USAGE ON FOREIGN SERVER erp TO monitor;
	CREATE USER MAPPING FOR monitor SERVER erp OPTIONS (username 'sa', password '$password')");

# A column of the partners, initial first; of the pair; how long the first one took.
sub partners
{
	my ($column) = @_;
	return join ' ', split /\n/, $monitor->query("SELECT $column FROM tds_mirror_metrics.partner ORDER BY partner DESC");
}

sub pair_says { return $monitor->query("SELECT $_[0] FROM tds_mirror_metrics.pair"); }

subtest 'each query, as the role' => sub {
	for my $name (sort keys %query)
	{
		my $query = $query{$name};

		$monitor->query("CREATE TEMP VIEW asked AS $query->{sql}");
		is_deeply([ sort split /\n/, $monitor->query("SELECT attname FROM pg_attribute WHERE attrelid = 'asked'::regclass") ],
			[ sort @{ $query->{columns} } ], "$name: the columns that are declared");
		is($monitor->query("SELECT attname FROM pg_attribute WHERE attrelid = 'asked'::regclass AND attname IN ("
				  . join(', ', map { "'$_'" } @{ $query->{numbers} }) . ") AND atttypid NOT IN ('int4'::regtype, 'int8'::regtype, 'float8'::regtype)"),
			'', "$name: numbers are numbers");
		is($monitor->query("SELECT count(*) FROM asked WHERE num_nulls(VARIADIC ARRAY[" . join(', ', map { "$_\::text" } @{ $query->{columns} }) . ']) > 0'),
			0, "$name: nothing is NULL");
		is($monitor->query('SELECT count(*) FROM asked'), $name =~ /partner/ ? 2 : 1, "$name: its rows");
		$monitor->query('DROP VIEW asked');
	}
};

subtest 'what the numbers say' => sub {
	is(partners('up') . ' ' . partners('is_principal') . ' ' . partners('is_mirror'), '1 1 1 0 0 1', 'A is principal, B its mirror');
	is(partners('state_code') . ' ' . partners('is_synchronized'), '4 4 1 1', 'synchronized');
	is(partners('is_safety_full') . ' ' . partners('witness_code') . ' ' . partners('role_sequence'), '1 1 1 1 1 1', 'safety, witness, sequence');
	like(partners('round_trip_seconds > 0 AND round_trip_seconds < 2'), qr/^t t$/, 'round trips');
	is(pair_says('(is_failed_over, is_mirrored, role_sequence, switches_total, last_switch_timestamp_seconds)'), '(0,1,1,0,0)', 'the pair');
	is(pair_says('abs(extract(epoch FROM now()) - last_login_timestamp_seconds) < 600'), 't', 'its last login');

	is($setup->query("SELECT new_principal FROM tds_mirror_failover('erp')"), 'B', 'a planned failover');
	$pair->wait_synchronized;
	is(partners('is_principal') . ' ' . partners('role_sequence'), '0 1 2 2', 'B is principal now');
	is(pair_says('(is_failed_over, role_sequence, switches_total)'), '(1,2,1)', 'which the pair knows');
	is(pair_says('abs(extract(epoch FROM now()) - last_switch_timestamp_seconds) < 600'), 't', 'and when that was');
	$pair->wait_witness;

	$a->kill9;
	wait_until('B has noticed', 30, sub { partners('is_synchronized') eq '0 0' });
	is(partners('up') . ' ' . partners('is_principal') . ' ' . partners('state_code') . ' ' . partners('round_trip_seconds = 0'),
		'0 1 0 1 -1 1 t f', 'A is gone, B is disconnected from it');
	my $hole = black_hole($a->address, $a->port);
	my $start = time;
	is(partners('up'), '0 1', 'a black hole in its place');
	cmp_ok(time - $start, '<', 8, 'holds up nobody for longer than the timeout and a login');
	($ok, $log) = install('role=monitor', 'timeout=200 ms');
	ok($ok, 'another timeout') or diag $log;
	$start = time;
	is(partners('up'), '0 1', 'again');
	cmp_ok(time - $start, '<', 6, 'with a shorter one, too');
	my (undef, undef, undef, $state) = $monitor->try("SELECT * FROM tds_mirror_status('erp', '0')");
	is($state, '22023', 'no time at all is refused');
	(undef, undef, undef, $state) = $monitor->try("SELECT * FROM tds_mirror_status('erp', NULL)");
	is($state, '22004', 'so is NULL');
	undef $hole;
	$a->launch;
	$pair->wait_synchronized;
	$pair->wait_witness;
	($ok, $log) = install('role=monitor');

	$setup->query("ALTER USER MAPPING FOR monitor SERVER erp OPTIONS (SET username 'reader')");
	is(partners('up') . ' ' . partners('is_principal') . ' ' . partners('is_mirror') . ' ' . partners('witness_code >= -1'), '1 1 0 1 0 0 t t',
		'an ordinary login sees who serves, and that the other one answers');
	$setup->query("ALTER USER MAPPING FOR monitor SERVER erp OPTIONS (SET password 'wrong-Secret2')");
	is(partners('up'), '0 0', 'a wrong password is no error of the scrape');
	$setup->query("ALTER USER MAPPING FOR monitor SERVER erp OPTIONS (SET username 'sa', SET password '$password')");
};

# The log.  Each line that the manual names: its pattern, after the common beginning.
my @patterns;
for my $row ($manual =~ /^(\| .* \| `.*` \|(?: \w{5} \|)?)$/mg)
{
	my ($pattern, $sqlstate) = $row =~ /\| `([^`]+(?:\\\|[^`]*)*)` \|(?: (\w{5}) \|)?$/ or next;
	next unless $sqlstate || $pattern =~ /^(?:file|could|partners)/;
	$pattern =~ s/\\\|/|/g;
	push @patterns, { pattern => $pattern, sqlstate => $sqlstate // '\w{5}',
		line => $sqlstate ? qr/^.* LOG:  tds_mirror_fdw: server "[^"]+": $pattern$/ : qr/^.* LOG:  tds_mirror_fdw: $pattern$/ };
}

my $seen = 0;

# The lines about pairs since the last call.
sub news
{
	my @lines = split /\n/, slurp($cluster->log_file);
	my @new = grep { /LOG:  tds_mirror_fdw: / } @lines[ $seen .. $#lines ];

	$seen = @lines;
	return @new;
}

sub count { my ($pattern, @lines) = @_; return scalar grep { /$pattern/ } @lines; }

# Brings back a partner that ended itself, or was killed.
sub revive
{
	my ($instance) = @_;

	waitpid($instance->{pid}, 0);
	$pair->wait_principal($instance == $a ? $b : $a);
	$instance->launch;
	$pair->wait_synchronized;
	$pair->wait_witness;
	return;
}

sub remote { return "SELECT tds_mirror_exec('erp', 'INSERT INTO dbo.note VALUES (" . int(rand(1e9)) . ")')"; }

subtest 'a planned failover in the log' => sub {
	my $other = $cluster->session;

	is($other->query('SELECT instance FROM who'), 'B', 'B is principal');
	$setup->query('SELECT instance FROM who');
	news();
	$setup->query("SELECT tds_mirror_failover('erp')");
	my @lines = news();
	is(count(qr/failover of database "erp" requested from "B"$/, @lines), 1, 'requested') or diag @lines;
	is(count(qr/principal is now \S+, was \S+; role sequence 3, found after [\d.]+ s$/, @lines), 1, 'found');
	is(count(qr/failover of database "erp" done: "A" is principal, [A-Z_]+$/, @lines), 1, 'done');
	is($other->query('SELECT instance FROM who'), 'A', 'another backend follows');
	is($other->query('SELECT count(*) FROM track'), 3500, 'and goes on');
	@lines = news();
	is(count(qr/the connection to \S+ is lost: /, @lines), 1, 'which has lost its connection') or diag @lines;
	is(scalar @lines, 1, 'and says no more, since the partner file told it the rest') or diag @lines;
	$pair->wait_synchronized;
	$pair->wait_witness;
	$other->quit;
};

subtest 'a kill in the log' => sub {
	my $other = $cluster->session;

	$other->query("SELECT instance FROM who; BEGIN; @{[remote()]}");
	$setup->query('SELECT instance FROM who');
	news();
	$a->kill9;
	$pair->wait_principal($b);
	is($setup->query('SELECT instance FROM who'), 'B', 'B has taken over');
	my @lines = news();
	is(count(qr/the connection to \S+ is lost: the server has closed the connection$/, @lines), 1, 'lost') or diag @lines;
	is(count(qr/initial partner \S+ does not answer: /, @lines), 1, 'nobody at A');
	is(count(qr/principal is now /, @lines), 1, 'found');
	my (undef, undef, undef, $state) = $other->try('COMMIT');
	is($state, '08006', 'the transaction of another backend is lost');
	is(count(qr/the connection to \S+ is lost in a transaction: /, news()), 1, 'which the log says, too');
	revive($a);
	$other->quit;

	# nobody at all: a line for each partner, however often it is tried
	$b->kill9;
	$pair->wait_principal($a);
	is($setup->query('SELECT instance FROM who'), 'A', 'A has taken over');
	$a->kill9;
	$setup->query("ALTER SERVER erp OPTIONS (SET login_timeout '300 ms')");
	is(($setup->try('SELECT instance FROM who'))[3], '08001', "statement $_ fails") for 1 .. 10;
	@lines = news();
	is(count(qr/$_ partner \S+ does not answer/, @lines), 1, "ten statements that find nobody are a line about the $_ partner") or diag @lines
	  for 'initial', 'failover';
	is(count(qr/initial partner \S+ answers again$/, @lines), 1, 'before that it had answered again');
	$_->launch for $a, $b;
	$pair->wait_synchronized;
	$setup->query("ALTER SERVER erp OPTIONS (SET login_timeout '5 s')");
	$setup->query('SELECT instance FROM who');
	cmp_ok(count(qr/ answers again$/, news()), '>=', 1, 'as does whoever comes back');
	$pair->wait_witness;
};

subtest 'a commit without an answer in the log' => sub {
	my %wanted = ('' => { commit_before_log => 'in doubt', commit_before_reply => 'in doubt' },
		commit_log => { commit_before_log => 'rolled back', commit_before_reply => 'committed' });

	for my $table ('', 'commit_log')
	{
		$setup->query("ALTER SERVER erp OPTIONS (ADD commit_log_table '$table'); SELECT tds_mirror_create_commit_log('erp')") if $table;
		for my $point (sort keys %{ $wanted{$table} })
		{
			my $word = $wanted{$table}{$point};

			$setup->query('BEGIN;' . remote());
			news();
			$pair->principal->control("fault $point close");
			$setup->try('COMMIT');
			my @lines = news();
			is(count(qr/COMMIT at \S+ \(session \d+, id \S+\): $word\b/, @lines), 1, "$point: $word") or diag @lines;
			is(count(qr/COMMIT at \S+ \(session \d+, id [-0-9a-f]{36}\): no answer/, @lines), $table ? 1 : 0, "$point: before that, no answer");
		}
	}
	$setup->query('BEGIN;' . remote());
	$pair->principal->control('fault commit_before_reply delay 20000');
	my $backend = $setup->backend;
	my $observer = $cluster->session;
	$setup->send('COMMIT');
	wait_until('COMMIT waits', 20, sub { grep { /commit_before_reply/ } $pair->principal->control('events') });
	$observer->query('SELECT pg_cancel_backend(' . $backend . ')');
	is(($setup->finish)[3], '08007', 'a cancelled COMMIT');
	$pair->principal->control('clear');
	is(count(qr/COMMIT at \S+ \(session \d+, id [-0-9a-f]{36}\): in doubt: /, news()), 1, 'is in doubt');
	$setup->query('ALTER SERVER erp OPTIONS (DROP commit_log_table)');
	$observer->quit;
};

subtest 'role management, partners and files in the log' => sub {
	my $principal = $pair->principal;

	$setup->query('SELECT instance FROM who');
	news();
	$setup->query("SELECT tds_mirror_suspend('erp'); SELECT tds_mirror_resume('erp')");
	$pair->wait_synchronized;
	$setup->query("SELECT tds_mirror_set_safety('erp', 'off'); SELECT tds_mirror_set_safety('erp', 'full'); SELECT tds_mirror_forget('erp')");
	my @lines = news();
	is(count(qr/"erp": $_ of database "erp" requested from/, @lines), /safety/ ? 2 : 1, "$_ requested") for 'suspension', 'resumption', 'change of safety level';
	is(count(qr/"erp": $_ of database "erp" done: "[AB]" is principal/, @lines), /safety/ ? 2 : 1, "$_ done") for 'suspension', 'resumption', 'change of safety level';
	is(count(qr/forgotten, by request$/, @lines), 1, 'forgotten');
	$pair->wait_synchronized;

	# a partner that is another one than configured
	my $nobody = free_port();
	for my $policy ('auto', 'configured')
	{
		$setup->query(server_sql($pair, name => $policy, servername => $principal->address . ',' . $principal->port,
			failover_partner => "127.0.0.9,$nobody", partner_policy => $policy)
			. "CREATE FOREIGN TABLE who_$policy (instance text) SERVER $policy OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
		$setup->query("SELECT instance FROM who_$policy");
	}
	@lines = news();
	is(count(qr/"auto": its principal names "[AB]" as partner, which will be sought at /, @lines), 1, 'the other name is believed') or diag @lines;
	is(count(qr/"configured": its principal names "[AB]" as partner, but failover_partner is 127\.0\.0\.9,$nobody$/, @lines), 1, 'or not');

	# no session beside the first
	$setup->query("CREATE FOREIGN TABLE big (id int) SERVER erp OPTIONS (query 'SELECT id FROM standin_rows(20000)')");
	$setup->query("SELECT tds_mirror_disconnect('erp'); SELECT instance FROM who");
	$principal->control('fault login error 17809 count 9');
	$setup->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c; SELECT instance FROM who; FETCH 1 FROM c; COMMIT');
	$principal->control('clear');
	is(count(qr/no further session could be opened, so that readers wait for each other: \S/, news()), 1, 'no further session');

	# partner files
	my ($file) = glob $cluster->{folder} . '/data/tds_mirror_fdw/*/' . $setup->query("SELECT oid FROM pg_foreign_server WHERE srvname = 'erp'");
	ok($file && -f $file, 'a partner file');
	open(my $handle, '>', $file) or die "cannot write $file: $!\n";
	print $handle 'rubbish';
	close $handle;
	my $fresh = $cluster->session;
	$fresh->query('SELECT instance FROM who');
	is(count(qr/file "tds_mirror_fdw\/\d+\/\d+" is ignored: /, news()), 1, 'a damaged file') or diag $file;
	unlink $file;
	mkdir "$file.new" or die "cannot make $file.new: $!\n";
	$fresh->quit;
	$fresh = $cluster->session;
	$fresh->query('SELECT instance FROM who');
	is(count(qr/could not [a-z ]+ "tds_mirror_fdw\//, news()), 1, 'a file that cannot be written');
	rmdir "$file.new";
	$fresh->quit;
};

subtest 'forced service and a former principal in the log' => sub {
	my ($new, $old) = ($pair->mirror_of, $pair->principal);

	$pair->a->tsql('ALTER DATABASE erp SET WITNESS OFF') if $pair->principal == $pair->a;
	$pair->b->tsql('ALTER DATABASE erp SET WITNESS OFF') if $pair->principal == $pair->b;
	$setup->query('SELECT instance FROM who');
	news();
	$new->control('partition on');
	$old->freeze;
	wait_until('the mirror is disconnected', 60, sub { ($pair->state_of($new)->{state_desc} // '') eq 'DISCONNECTED' });
	$setup->query("SET client_min_messages = warning; SELECT tds_mirror_force_service('erp', true); RESET client_min_messages");
	my @lines = news();
	is(count(qr/forced service of database "erp" requested from/, @lines), 1, 'requested') or diag @lines;
	is(count(qr/forced service of database "erp" done: "$new->{name}" is principal, /, @lines), 1, 'done');
	$new->kill9;
	$old->thaw;
	my $fresh = $cluster->session;
	is(($fresh->try("SET statement_timeout = '3s'; SELECT instance FROM who"))[0], '', 'the former principal is not believed');
	is(count(qr/partner \S+ is refused: it is a former principal/, news()), 1, 'and the log says it once');
	$fresh->quit;
};

subtest 'all lines' => sub {
	my @lines = split /\n/, slurp($cluster->log_file);
	my @ours = grep { /LOG:  tds_mirror_fdw: / } @lines;

	cmp_ok(scalar @patterns, '>=', 18, 'the manual names them');
	for my $known (@patterns)
	{
		my @matching = grep { /$known->{line}/ } @ours;

		# a server whose shared memory is full would be one more cluster
		ok(scalar @matching, "seen: $known->{pattern}") unless $known->{pattern} =~ /^partners/;
		is(scalar(grep { !/\] $known->{sqlstate} LOG:/ } @matching), 0, '... with its SQLSTATE') or diag @matching;
	}
	my @unknown = grep { my $line = $_; !grep { $line =~ /$_->{line}/ } @patterns } @ours;
	is_deeply(\@unknown, [], 'none that the manual does not name');
	is(scalar(grep { /^.*(?:LOG|WARNING):  (?:tds_mirror_fdw: )?server "/ && !/tds_mirror_fdw: / } @lines), 0, 'none that begins otherwise');
	unlike(join("\n", @ours), qr/\Q$password\E|wrong-Secret2|INSERT|SELECT/, 'no secrets, no statements');
};

$_->quit for $setup, $monitor;
$pair->stop;
done_testing();
