# doc/failover.md says what the code does: tables and figures are compared.

use strict;
use warnings;
use FindBin;
use Test::More;
use TdsMirror::Lab qw(slurp);

my $top = "$FindBin::Bin/..";
my $page = slurp("$top/doc/failover.md");

my $said = `$^X $top/test/docs/verdict_table.pl $ENV{LAB_RUN}/docs 2>&1`;
is($?, 0, 'the verdict table') or diag($said);

# What SQL Server refuses, with the remedies of the HINTs.
my $refusals = slurp("$top/src/admin/role_refusal.c");
my %words = (FINAL => '', TRANSIENT => 'again', UNKNOWN => 'unknown');
my $rows = 0;
while ($refusals =~ /\{(\d+), ([A-Z]+), "([^"]*)",\s*"([^"]*)"\}/g)
{
	my ($number, $row) = ($1, "| $1 | $3 | $words{$2} | $4 |");
	$rows++;
	ok($page =~ /^\Q$row\E$/m, "refusal $number") or diag($row);
}
cmp_ok($rows, '>', 20, 'the refusals were found');

# Figures: the pattern of the code, and what the page makes of its capture.
my $pair = slurp("$top/src/pure/pair.c") . slurp("$top/include/pure/pair.h");
my $options = slurp("$top/src/option/table.c");
sub figure
{
	my ($name, $text, $pattern, $sentence) = @_;
	my @found = $text =~ $pattern or return fail("$name: not found in the code");
	my $wanted = $sentence->(map { s/\s//gr } @found);
	return ok(index($page, $wanted) >= 0, "$name: $wanted");
}
figure('slot', $pair, qr/SLOT_PERCENT\s+(\d+)/, sub { "a slot of $_[0] %" });
figure('pauses after an answer', $pair, qr/answered_pause_ms\[\] = \{([\d, ]+)\}/,
	sub { join(', ', split /,/, $_[0]) . ', ' . (split /,/, $_[0])[-1] . ', … ms' });
figure('pauses after silence', $pair, qr/silent_pause_ms\[\] = \{([\d, ]+)\}/,
	sub { join(', ', split /,/, $_[0]) . ', ' . (split /,/, $_[0])[-1] . ', … ms' });
figure('race', $pair, qr/PAIR_BESIDE_MS\s+(\d+)/, sub { "silent for $_[0] ms" });
figure('login_timeout', $options, qr/"login_timeout".*"(\d+)"/, sub { "`login_timeout` (default $_[0] s)" });
figure('commit_timeout', $options, qr/"commit_timeout".*"(\d+)"/, sub { "`commit_timeout` (default $_[0] s)" });
figure('silence_check', $options, qr/"silence_check".*"(\d+)"/, sub { "`silence_check` (default $_[0] s;" });

figure('end of a login', slurp("$top/include/wire/wire.h"), qr/WIRE_WATCH_LOGIN_MS\s+(\d+)/, sub { "within $_[0] ms" });

done_testing();
