# mirror.pl: the faults of a mirrored commit and of the way to the mirror.
#
# Killed before the log is written, a transaction has not happened; killed once
# the mirror has hardened it, it has: the partner that takes over knows.

use strict;
use warnings;
use Drill qw(ok client start_client still_running finish_client strikes hits);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;
use Time::HiRes qw(time);

my $pair = TdsMirror::Pair->start(prefix => 'faults-', witness => 1,
	script => 'CREATE TABLE t (id int NOT NULL PRIMARY KEY)');
my $next = 0;

sub insert
{
	my ($application) = @_;

	$next++;
	return ($pair->principal, $application, "INSERT t VALUES ($next)\ngo\nSELECT 'done'\ngo", database => 'erp');
}

sub present
{
	my ($instance, $id) = @_;
	return $instance->tsql("SELECT COUNT(*) FROM t WHERE id = $id", database => 'erp') =~ /1/;
}

# Killed at each point of a commit.
for my $case ([commit_before_log => 0], [commit_after_ship => 1], [commit_after_local => 1],
	[commit_before_reply => 1])
{
	my ($point, $there) = @$case;
	my ($old, $new) = ($pair->principal, $pair->mirror_of);

	$old->control("fault $point kill scope drill one");
	my $out = client(insert('drill two'));
	ok($out eq 'done', "$point kill: another application commits", $out);
	$out = client(insert('drill one'));
	ok($out !~ /done/, "$point kill: no answer", $out);
	wait_until("$point kills", 10, sub { waitpid($old->{pid}, 1) != 0 });
	ok(1, "$point kill: the instance is dead");
	$pair->wait_principal($new);
	ok(present($new, $next) == $there, "$point kill: the transaction is " . ($there ? 'there' : 'not there'));
	my $log = TdsMirror::Lab::slurp("$old->{folder}/log");
	ok(1 == (() = $log =~ /fault $point kill 0 strikes drill one/g), "$point kill: recorded in the log", $log);
	$old->launch;
	$pair->wait_synchronized;
	$pair->wait_witness;
}

# The commit waits, fails, or loses its connection, as it is told.
for my $point (qw(commit_before_log commit_after_ship commit_after_local commit_before_reply))
{
	my $principal = $pair->principal;

	$principal->control("fault $point delay 300 scope drill one");
	my $start = time;
	my $out = client(insert('drill one'));
	ok($out eq 'done' && time - $start >= 0.3, "$point delay", $out);
	$principal->control("fault $point hang scope drill one");
	$principal->control('wait fault 0');
	my $client = start_client(insert('drill one'));
	my ($answer) = $principal->control('wait fault 20000');
	ok($answer eq 'ok' && still_running($client), "$point hang: the client waits", $client->{out});
	$principal->control("clear $point");
	$out = finish_client($client);
	ok($out eq 'done' && present($principal, $next), "$point hang: cleared, it commits", $out);
	$principal->control("fault $point close scope drill one");
	$out = client(insert('drill one'));
	ok($out !~ /done/, "$point close: no answer", $out);
	ok(present($principal, $next) == ($point ne 'commit_before_log'), "$point close: the transaction's fate");
	ok("@{[ hits($principal, $point) ]}" eq '1 0', "$point close: counted");
	ok((strikes($principal, $point))[-1] eq 'close 0 drill one', "$point close: recorded");
	$principal->control('clear');
}

# The way to the mirror: slow, frozen, cut, damaged.
my ($principal, $mirror) = ($pair->principal, $pair->mirror_of);
$principal->control('fault link delay 300 scope drill one');
my $start = time;
my $out = client(insert('drill one'));
ok($out eq 'done' && time - $start >= 0.3, 'link delay: the commit takes as long', $out);

$principal->control('wait fault 0');
$principal->control('fault link hang scope drill one');
my $client = start_client(insert('drill one'));
my ($answer) = $principal->control('wait fault 20000');
ok($answer eq 'ok' && still_running($client), 'link hang: the commit waits for the mirror', $client->{out});
$principal->control('clear link');
$out = finish_client($client);
ok($out eq 'done', 'link hang: cleared, it commits', $out);

$principal->control('wait disconnected 0');
$principal->control('fault link drop scope drill one');
$out = client(insert('drill one'));
ok($out eq 'done' && present($principal, $next), 'link drop: the witness lets it commit alone', $out);
ok(($principal->control('wait disconnected 10000'))[0] eq 'ok', 'link drop: the principal knows');
$pair->wait_synchronized;

$mirror->control('wait redo_failed 0');
$principal->control('fault link corrupt scope drill one');
$out = client(insert('drill one'));
ok($out eq 'done', 'link corrupt: it commits', $out);
ok(($mirror->control('wait redo_failed 10000'))[0] eq 'ok', 'link corrupt: the mirror refuses it');
$pair->wait_synchronized;
ok((() = grep { /^link \w+ 0|300 / } map { "link $_" } strikes($principal, 'link')) == 4, 'link: recorded',
	join "\n", strikes($principal, 'link'));

# Cut off from every other instance, and back.
$mirror->control('partition on');
ok(($principal->control('wait disconnected 10000'))[0] eq 'ok', 'partition on: disconnected');
$out = client(insert('drill one'));
ok($out eq 'done', 'partition on: the principal and the witness are enough', $out);
$mirror->control('partition off');
$pair->wait_synchronized;
ok(2 == (() = grep { /\bpartition (?:on|off)$/ } $mirror->control('events')), 'partition: recorded');

# Nothing that was answered is lost, here or on the other side.
my $count = $principal->tsql('SELECT COUNT(*) FROM t', database => 'erp');
$principal->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($mirror);
ok($mirror->tsql('SELECT COUNT(*) FROM t', database => 'erp') eq $count, 'both partners hold the same', $count);
$pair->stop;
1;
