# The partner file: what one backend has learned, the next one knows, and what a
# file that is damaged, foreign or wrong can do: nothing, or an error.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(slurp wait_until);
use TdsMirror::Pair;

# Where in the file what stands (a header of 16 bytes, then struct Record).
use constant { KNOWN => 40, PRINCIPAL => 64, SEQUENCE => 76, GUID => 88 };

my $cluster = TdsMirror::Cluster->start('partnerfile');
my $pair = TdsMirror::Pair->start(prefix => 'partnerfile-');
my ($a, $b) = ($pair->a, $pair->b);
my $data = "$cluster->{folder}/data";
my $setup = $cluster->session;

# A statement in a backend of its own; what it prints, and what the view says after.
sub fresh
{
	my ($sql, %options) = @_;
	my $psql = $cluster->session;
	my ($ok, $out, $err, $state) = $psql->try($sql);
	my $view = $options{view} ? $psql->query("SELECT $options{view} FROM tds_mirror_partners WHERE server_name = '"
		  . ($options{server} // 'erp') . "'") : '';

	$psql->quit;
	return ($out, $view, $err, $state);
}

sub file_of
{
	my ($server) = @_;
	my $where = $setup->query("SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || oid "
		  . "FROM pg_foreign_server WHERE srvname = '$server'");

	return "$data/tds_mirror_fdw/$where";
}

sub overwrite
{
	my ($path, $bytes) = @_;

	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $bytes;
	close $file;
	return;
}

sub crc32c
{
	my ($bytes) = @_;
	my $crc = 0xffffffff;

	for my $byte (unpack 'C*', $bytes)
	{
		$crc ^= $byte;
		$crc = $crc & 1 ? ($crc >> 1) ^ 0x82f63b78 : $crc >> 1 for 1 .. 8;
	}
	return $crc ^ 0xffffffff;
}

# The file with some of its bytes replaced, and a checksum that is right.
sub forge
{
	my ($path, %change) = @_;
	my $bytes = slurp($path);

	substr($bytes, $_, length $change{$_}) = $change{$_} for keys %change;
	substr($bytes, -4) = pack('V', crc32c(substr($bytes, 0, -4)));
	overwrite($path, $bytes);
	return;
}

sub logged
{
	my ($pattern) = @_;
	my $count = () = slurp($cluster->log_file) =~ /$pattern/g;

	return $count;
}

$setup->query(server_sql($pair, login_timeout => '5 s') . who_table_sql());
is($setup->query('SELECT instance FROM who'), 'A', 'A is principal');

# What it is.
my $path = file_of('erp');
my $mode = sub { sprintf '%04o', (stat $_[0])[2] & 07777 };
ok(-f $path, 'a login leaves a file');
is($mode->($path), '0600', 'for the owner alone');
is($mode->($path =~ s{/[^/]*$}{}r), '0700', 'in a folder for the owner alone');
unlike(slurp($path), qr/\Q$TdsMirror::Instance::password\E/, 'without the password');
is(unpack('V', substr(slurp($path), -4)), crc32c(substr(slurp($path), 0, -4)), 'with a checksum');
my $before = (stat $path)[1];
fresh('SELECT instance FROM who');
is((stat $path)[1], $before, 'a login that says nothing new does not write it');

# What it is for.
is((fresh('SELECT 1', view => 'principal, role_sequence, from_file, last_login IS NOT NULL'))[1],
	'initial|1|t|t', 'the view of a backend that has asked nobody shows it');
$a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($b);
is($setup->query('SELECT instance FROM who'), 'B', 'a failover is followed');
my $logins = $a->counter('logins');
$a->freeze;
my ($out, $view) = fresh('SELECT instance FROM who', view => 'initial_attempts, failover_attempts, principal, switches');
is($out, 'B', 'a new backend finds B');
is($view, '0|1|failover|1', 'without asking A, which is frozen');
$a->thaw;
$pair->wait_synchronized;
is((fresh("SET default_transaction_read_only = on;\nSELECT instance FROM who"))[0], 'B', 'a read-only session reads it, too');
unlink $path;
fresh("SET default_transaction_read_only = on;\nSELECT instance FROM who");
ok(-f $path, 'and writes it');

# What is no file of ours is ignored, and replaced by the next login.
my $good = slurp($path);
my %damage = (
	'an empty file' => '',
	'garbage' => 'x' x 5000,
	'garbage of the right size' => 'x' x length $good,
	'a truncated file' => substr($good, 0, -1),
	'a longer file' => $good . "\0",
	'a bit that was flipped' => substr($good, 0, 100) . chr(ord(substr($good, 100, 1)) ^ 1) . substr($good, 101),
	'zeroes' => "\0" x length $good);
for my $what (sort keys %damage)
{
	my $complaints = logged(qr/LOG:.*is ignored/);

	overwrite($path, $damage{$what});
	($out, $view) = fresh('SELECT instance FROM who', view => 'from_file');
	is("$out $view", 'B f', "$what: ignored");
	cmp_ok(logged(qr/LOG:.*is ignored/), '>', $complaints, 'which the log says');
	is((fresh('SELECT 1', view => 'from_file, principal'))[1], 't|failover', 'and replaced');
}
forge($path, 4 => pack('V', 999));
is((fresh('SELECT instance FROM who', view => 'from_file'))[1], 'f', 'another version: ignored');
chmod 0644, $path;
is((fresh('SELECT instance FROM who', view => 'from_file'))[1], 'f', 'open to others: ignored');
fresh('SELECT instance FROM who');
rename $path, "$path.real";
symlink "$path.real", $path;
is((fresh('SELECT instance FROM who', view => 'from_file'))[1], 'f', 'a symbolic link: ignored');
ok(!-l $path, 'and replaced');
unlink "$path.real";
unlink $path;
mkdir $path;
is((fresh('SELECT instance FROM who'))[0], 'B', 'a folder in its place does no harm');
rmdir $path;
fresh('SELECT instance FROM who');

# Another server's file.
$setup->query(server_sql($pair, name => 'other', servername => $b->address . ',' . $b->port,
	failover_partner => $a->address . ',' . $a->port, login_timeout => '5 s'));
$setup->query("CREATE FOREIGN TABLE other_who (instance text) SERVER other OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($setup->query('SELECT instance FROM other_who'), 'B', 'a second server, the other way round');
my $other = file_of('other');
my @files = (slurp($path), slurp($other));
overwrite($path, $files[1]);
overwrite($other, $files[0]);
is((fresh('SELECT instance FROM who', view => 'from_file'))[1], 'f', 'the file of another server is ignored');
is((fresh('SELECT instance FROM other_who', view => 'from_file', server => 'other'))[1], 'f', 'and so is its counterpart');

# Other options.
$setup->query("ALTER SERVER erp OPTIONS (SET login_timeout '6 s')");
is((fresh('SELECT 1', view => 'from_file'))[1], 't', 'an option that does not matter here does not matter');
$setup->query("ALTER SERVER erp OPTIONS (ADD partner_policy 'configured')");
is((fresh('SELECT 1', view => 'count(*)'))[1], '0', 'what was recorded under other options is ignored');
is((fresh('SELECT instance FROM who'))[0], 'B', 'B is found without it');
is((fresh('SELECT 1', view => 'from_file, principal'))[1], 't|failover', 'and recorded under the new ones');

# A higher role sequence than anybody has: refused, with the remedy, and nothing is sent.
my $writes = $cluster->session;
forge($path, SEQUENCE() => pack('V', 99), KNOWN() => pack('Q<', 1 << 62));
my ($none, undef, $err, $state) = fresh('SELECT instance FROM who');
is("$none$state", '08001', 'a principal whose role sequence is lower than the recorded one is refused');
like($err, qr/HINT:.*tds_mirror_forget\('erp'\)/, 'with the remedy');
my ($bad, $text);
($bad, undef, $text, $state) = $writes->try('SELECT instance FROM who');
is($state, '08001', 'in every backend');
$setup->query("SELECT tds_mirror_forget('erp')");
is((fresh('SELECT 1', view => 'count(*)'))[1], '0', 'once forgotten, nothing is known');
is((fresh('SELECT instance FROM who'))[0], 'B', 'and found anew');
is($writes->query('SELECT instance FROM who'), 'B', 'also by the backend that had known it');

# Another guid.
forge($path, GUID() => '00000000-0000-0000-0000-000000000001');
(undef, undef, $err, $state) = fresh('SELECT instance FROM who');
is($state, '55000', 'another guid than the recorded one is refused');
like($err, qr/HINT:.*tds_mirror_forget\('erp'\)/, 'with the remedy');
$setup->query("SELECT tds_mirror_forget('erp')");
is((fresh('SELECT instance FROM who'))[0], 'B', 'forgotten and found anew');
my $log_in_again = "ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password '$TdsMirror::Instance::password')";
$setup->query($log_in_again);
is($writes->query('SELECT instance FROM who'), 'B', 'a backend with a session goes on');
forge($path, GUID() => '00000000-0000-0000-0000-000000000001');
$setup->query($log_in_again);
is($writes->query('SELECT instance FROM who'), 'B', 'one that knows the right guid is not misled at its next login');
is((fresh('SELECT instance FROM who'))[0], 'B', 'and corrects the file');
$writes->quit;

# The wrong principal: only a detour.
forge($path, PRINCIPAL() => pack('V', 0));
($out, $view) = fresh('SELECT instance FROM who', view => 'initial_attempts, principal');
is("$out $view", 'B 1|failover', 'a wrong principal costs an attempt');

# A record of tomorrow, by a clock that was set back since: the last resort, and soon replaced.
forge($path, PRINCIPAL() => pack('V', 0), KNOWN() => pack('Q<', 1 << 62));
($out, $view) = fresh('SELECT instance FROM who', view => 'initial_attempts, principal');
is("$out $view", 'B 1|failover', 'what is said to have been proven tomorrow costs an attempt');
is((fresh('SELECT 1', view => 'principal'))[1], 'failover', 'and gives way to what was proven today');

# Many at once.
my @crowd = map { $cluster->session } 1 .. 12;
unlink $path;
$_->send('SELECT instance FROM who') for @crowd;
is(scalar(grep { ($_->finish)[1] eq 'B' } @crowd), 12, 'twelve backends at once');
$_->quit for @crowd;
is((fresh('SELECT 1', view => 'from_file, principal'))[1], 't|failover', 'leave a good file');

# No place to write.
unlink $path;
chmod 0500, $path =~ s{/[^/]*$}{}r;
my $psql = $cluster->session;
my $complaints = logged(qr/LOG:.*could not write file "tds_mirror_fdw/);
is($psql->query('SELECT instance FROM who'), 'B', 'a folder that cannot be written to stops nobody');
$psql->query("ALTER SERVER erp OPTIONS (SET login_timeout '7 s')");
is($psql->query('SELECT instance FROM who'), 'B', 'not at the next login, either');
is(logged(qr/LOG:.*could not write file "tds_mirror_fdw/) - $complaints, 1, 'the log says it once');
$psql->quit;
chmod 0700, $path =~ s{/[^/]*$}{}r;

# What is gone is swept up by whoever comes by.
fresh('SELECT instance FROM who');
$setup->query('CREATE DATABASE elsewhere');
my $there = $cluster->session(database => 'elsewhere');
$there->query(server_sql($pair) . who_table_sql());
is($there->query('SELECT instance FROM who'), 'B', 'another database');
$there->quit;
my $folder = "$data/tds_mirror_fdw/" . $setup->query("SELECT oid FROM pg_database WHERE datname = 'elsewhere'");
ok(-d $folder, 'has a folder of its own');
$setup->query('DROP DATABASE elsewhere');
overwrite("$other.new", 'left by a writer that was killed');
$setup->query('DROP SERVER other CASCADE');
fresh('SELECT instance FROM who');
ok(!-e $folder, 'the files of a dropped database are removed');
ok(!-e $other && !-e "$other.new", 'and those of a dropped server');
ok(-f $path, 'others are not');

# Servers that come and go in one backend.
my $steady = $cluster->session;
my @answers;
for my $i (1 .. 5)
{
	$steady->query(server_sql($pair, name => "passing_$i"));
	$steady->query("CREATE FOREIGN TABLE passing (instance text) SERVER passing_$i OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
	push @answers, $steady->query('SELECT instance FROM passing');
	$steady->query("DROP SERVER passing_$i CASCADE");
}
is("@answers", 'B B B B B', 'servers that come and go are each read');
is($steady->query('SELECT string_agg(server_name, \' \') FROM tds_mirror_partners'), 'erp', 'and leave nothing in the view');
is($steady->query('SELECT instance FROM who'), 'B', 'nor anything in the way');
$steady->quit;

# A hot standby reads the files that came with it, and writes its own.
{
	my $standby = bless { folder => TdsMirror::Lab::scratch_folder('partnerfile-standby'),
		port => TdsMirror::Lab::free_port() }, 'TdsMirror::Cluster';
	my $bin = TdsMirror::Lab::bindir();

	$standby->run("$bin/pg_basebackup", '-h', '127.0.0.1', '-p', $cluster->port, '-U', 'lab', '-D',
		"$standby->{folder}/data", '-R', '-c', 'fast');
	TdsMirror::Lab::append_file("$standby->{folder}/data/postgresql.conf", "port = $standby->{port}\n");
	$standby->run("$bin/pg_ctl", '-D', "$standby->{folder}/data", '-w', '-s', '-l', "$standby->{folder}/log", 'start');
	my $result = eval {
		my $session = $standby->session;
		is($session->query('SELECT from_file, principal FROM tds_mirror_partners'), 't|failover',
			'a standby has the file of its primary');
		is($session->query('SELECT instance FROM who'), 'B', 'and reads through B');
		my $copy = $path =~ s/^\Q$data\E/$standby->{folder}\/data/r;
		unlink $copy;
		$session->quit;
		$session = $standby->session;
		is($session->query('SELECT instance FROM who'), 'B', 'without the file, too');
		ok(-f $copy, 'which it writes anew');
		$session->quit;
		1;
	};
	my $problem = $@;
	$standby->stop;
	die $problem unless $result;
}

$setup->quit;
$pair->stop;

done_testing();
