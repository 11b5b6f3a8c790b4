# worker.pl NUMBER PORT FOLDER: runs one share of the plan on a pair of its own.
#
# A line of standard input is a run: txn, log, kind, point.  To FOLDER go
# "reports", a line a run with what COMMIT said, and for each partner "rows-NAME",
# what it holds at the end as principal.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../standin_chaos";
use Faults qw(settle);
use Judge qw(report_of);
use POSIX ();
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(append_file wait_until);
use TdsMirror::Pair;
use TdsMirror::Psql;

my ($number, $port, $folder) = @ARGV;
my $slow_link = 300;	# milliseconds a transaction
my $patience = 20;		# seconds that COMMIT, and then the search, may take
my $impatience = 3;		# the same for a client that a late commit shall exceed
my $late = 3800;		# milliseconds

my @runs = map { my %run; chomp; @run{qw(txn log kind point)} = split / /; \%run } <STDIN>;
my $pair = TdsMirror::Pair->start(prefix => "indoubt-$number-", witness => 1,
	script => "CREATE TABLE dbo.ledger (txn int NOT NULL, line int NOT NULL, PRIMARY KEY (txn, line))\ngo\n"
	  . "ALTER DATABASE erp SET READ_COMMITTED_SNAPSHOT ON\n");
my $writer = TdsMirror::Psql->new($port);
my $reader = TdsMirror::Psql->new($port);

# Servers by whether they have a commit log, and whether they wait for long.
sub server_of
{
	my ($run) = @_;
	return ($run->{log} ? 'log' : 'plain') . ($run->{kind} eq 'late' ? '_late' : '') . $number;
}

sub set_up
{
	$pair->a->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
	for my $log (1, 0)
	{
		for my $kind ('', 'late')
		{
			$writer->query(server_sql($pair, name => server_of({ log => $log, kind => $kind }),
				commit_log_table => $log ? 'dbo.commit_log' : undef,
				commit_timeout => $kind ? $impatience : $patience));
		}
	}
	$writer->query("SELECT tds_mirror_create_commit_log('log$number')");
	$writer->query("CREATE FOREIGN TABLE ledger$number (txn int, line int) SERVER log$number "
		  . "OPTIONS (schema_name 'dbo', table_name 'ledger')");
	$writer->query("CREATE FOREIGN TABLE outcome$number (id uuid, outcome text) SERVER log$number "
		  . "OPTIONS (schema_name 'dbo', table_name 'commit_log')");
	return;
}

# The faults of the stand-in that a kind of run needs.
sub faults_of
{
	my ($run) = @_;
	my $point = $run->{point};

	return {
		close => ["$point close"],
		reset => ["$point reset"],
		again => [ "$point close 0 count 2", 'commit_before_reply close 0 count 2' ],
		kill => ["$point kill"],
		restart => ["$point kill"],
		slow => [ "link delay $slow_link count 3", "$point close" ],
		late => ["$point delay $late"],
	}->{ $run->{kind} };
}

sub begin
{
	my ($run) = @_;
	my $server = server_of($run);

	$writer->query('BEGIN');
	for my $line (1, 2)
	{
		my $count = $writer->query("SELECT tds_mirror_exec('$server', 'INSERT INTO dbo.ledger VALUES ($run->{txn}, $line)')");
		die "$count rows instead of one\n" if $count != 1;
	}
	return;
}

# The process has died of its fault.
sub await_death
{
	my ($instance) = @_;

	wait_until("$instance->{name} dies of its fault", 30, sub { waitpid($instance->{pid}, POSIX::WNOHANG()) > 0 });
	return;
}

sub run_one
{
	my ($run, $principal) = @_;
	my $dies = $run->{kind} =~ /^(?:kill|restart)$/;

	begin($run);
	$principal->control("fault $_") for @{ faults_of($run) };
	$reader->send("SELECT (SELECT count(*) FROM ledger$number), (SELECT count(*) FROM outcome$number)");
	$writer->send('COMMIT');
	if ($run->{kind} eq 'restart')
	{
		await_death($principal);
		$principal->launch;
	}
	my ($ok, undef, $err, $sqlstate) = $writer->finish;
	$reader->finish;
	$err =~ s/\s+/ /g;
	append_file("$folder/reports", join(' ', @{$run}{qw(txn log kind point)}, report_of($ok, $sqlstate), $err) . "\n");

	if ($run->{kind} eq 'kill')
	{
		await_death($principal);
		$principal->launch;
	}
	my ($left) = $dies ? () : grep { /^$run->{point} .* count [1-9]/ } $principal->control('faults');
	die "the fault has not struck: $left\n" if $left && $run->{kind} ne 'again';
	$principal->control('clear') unless $dies;
	return settle($pair);
}

sub write_rows
{
	my ($instance) = @_;
	my $text = $instance->tsql('SELECT txn, line FROM dbo.ledger', database => 'erp');

	append_file("$folder/rows-$instance->{name}", join('', map { s/\s+//gr . "\n" } grep { /\|/ } split /\n/, $text));
	return;
}

set_up();
my $principal = settle($pair);
my $witness = 1;
for my $run (@runs)
{
	if ($witness && $run->{kind} eq 'restart')
	{
		$principal->tsql('ALTER DATABASE erp SET WITNESS OFF');
		$witness = 0;
	}
	$principal = run_one($run, $principal);
}

# The mirror must hold the same: it takes over and is asked.
write_rows($principal);
my $other = $pair->mirror_of;
$principal->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($other);
write_rows($other);
$_->quit for $writer, $reader;
$pair->stop;
