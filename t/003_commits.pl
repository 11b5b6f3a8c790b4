# A thousand acknowledged commits through clients that nobody here wrote, while the
# principal is killed at random: every one is on the principal that is left.

use strict;
use warnings;
use Test::More;
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $commits = 1000;
my $block = 10;
my $pair = TdsMirror::Pair->start(prefix => 'commits-', witness => 1,
	script => "CREATE TABLE dbo.ledger (id int NOT NULL PRIMARY KEY, note nvarchar(20) NOT NULL)");
my ($acknowledged, $next, $kills, %sure) = (0, 0, 0);

srand(20081);
while ($acknowledged < $commits)
{
	my $principal = $pair->principal or do { select(undef, undef, undef, 0.05); next; };
	my @ids = map { ++$next } 1 .. $block;
	# Each row is a commit of its own; the server says how far it came.
	my $sql = join "\n", map { "INSERT INTO dbo.ledger VALUES ($_, N'row $_') SELECT $_ AS committed\ngo" } @ids;
	my $kill = rand() < 0.05;
	my $child;

	if ($kill)
	{
		$child = fork() // die "fork: $!";
		if ($child == 0)
		{
			select(undef, undef, undef, 0.002 + rand(0.03));
			kill 'KILL', $principal->{pid};
			POSIX::_exit(0);
		}
	}
	my ($ok, $out) = $principal->try_tsql($sql, database => 'erp');
	my %said = map { $_ => 1 } $out =~ /^\s*(\d+)\s*$/mg;
	my @sure = grep { $said{$_} } @ids;

	$acknowledged += @sure;
	@sure{@sure} = (1) x @sure;
	if ($kill)
	{
		my $other = $principal == $pair->a ? $pair->b : $pair->a;

		waitpid($child, 0);
		waitpid($principal->{pid}, 0);
		$kills++;
		$pair->wait_principal($other);
		$principal->launch;
		$pair->wait_synchronized;
		$pair->wait_witness;
	}
}

my $principal = $pair->principal;
my %there = map { $_ => 1 } split /\s+/, $principal->tsql('SELECT id FROM dbo.ledger', database => 'erp');
my @lost = grep { !$there{$_} } sort { $a <=> $b } keys %sure;
my @invented = grep { /\d/ && $_ > $next } keys %there;

cmp_ok($kills, '>=', 3, "the principal was killed $kills times");
cmp_ok(scalar keys %sure, '>=', $commits, 'a thousand commits were acknowledged');
is(scalar @lost, 0, 'all of them are on the new principal') or diag "lost: @lost[0 .. ($#lost > 9 ? 9 : $#lost)]";
is(scalar @invented, 0, 'and nothing else is');

# The mirror must hold the same: it takes over and is asked.
my $other = $pair->mirror_of;
$principal->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($other);
is($other->tsql('SELECT COUNT(*) FROM dbo.ledger', database => 'erp') + 0, scalar(grep { /\d/ } keys %there),
	'its mirror holds the same rows');
$pair->stop;

done_testing();
