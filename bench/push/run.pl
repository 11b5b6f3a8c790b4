# run.pl: what the server does for us, beside a bare client that sends the same.
#
# Each case is a query that must be one remote statement.  A PL/pgSQL loop of it in
# one warm session and a loop of that very request by bench/push/request.c take
# turns; then the same query through tds_fdw.  SCALE below 1 makes the table smaller and
# the loops shorter; then ratios are printed but do not decide.  ONLY=word[,word] measures
# the cases whose names contain one of the words.

use strict;
use warnings;
use FindBin;
use JSON::PP ();
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Field;
use Report qw(median shown);
use TdsMirror::Lab qw(slurp);

my $scale = $ENV{SCALE} || 1;
my $full = $scale >= 1;
my @only = split /,/, $ENV{ONLY} // '';
my $runs = $full ? 5 : 2;
my $rows = $full ? 1_000_000 : 1000 + int(1_000_000 * $scale);
my $keys = join ', ', map { $_ * 7919 % $rows + 1 } 1 .. 500;

# name, limit, iterations of a loop (and of tds_fdw's), the query: %s is the schema
my @cases = (
	{ name => 'push_count', limit => 1.3, loop => 5, theirs => 1, sql => 'SELECT count(*) FROM %s.sale' },
	{ name => 'push_sum', limit => 1.3, loop => 5, theirs => 1, sql => 'SELECT sum(amount) FROM %s.sale WHERE quantity < 50' },
	{ name => 'push_top10', limit => 1.5, loop => 5, theirs => 1,
		sql => 'SELECT id, amount FROM %s.sale ORDER BY amount DESC, id LIMIT 10' },
	{ name => 'push_join_agg', limit => 1.3, loop => 5, theirs => 1,
		sql => 'SELECT c.region, count(*), sum(s.quantity) FROM %1$s.sale s JOIN %1$s.customer c ON c.id = s.customer GROUP BY c.region' },
	{ name => 'push_in500', limit => 1.5, loop => 300, theirs => 20, sql => "SELECT id, amount FROM %s.sale WHERE id IN ($keys)" },
);

sub query_of
{
	my ($case, $schema) = @_;
	return sprintf $case->{sql}, $schema;
}

# How often a loop runs the query.
sub iterations
{
	my ($count) = @_;
	return $full ? $count : $count < 100 ? 2 : 1 + int($count * $scale);
}

# A function that runs the query as often as it is told, and takes all of its rows.
sub make_loop
{
	my ($backend, $case, $schema) = @_;
	my $perform = query_of($case, $schema) =~ s/^SELECT/PERFORM/r;

	$backend->query("CREATE FUNCTION $schema.$case->{name}(count int) RETURNS void LANGUAGE plpgsql AS \$\$\n"
		  . "BEGIN FOR i IN 1..count LOOP $perform; END LOOP; END \$\$");
	time_loop($backend, $case, $schema, 1);
	return;
}

# Seconds of one iteration.
sub time_loop
{
	my ($backend, $case, $schema, $count) = @_;

	$backend->query("SELECT $schema.$case->{name}($count)", 600);
	return ($backend->{ended} - $backend->{sent}) / $count;
}

# A constant as EXPLAIN shows it, as the bare client sends it: declaration and value.
sub parameter_of
{
	my ($text) = @_;

	return [ 'int', $1 ] if $text =~ /^(-?\d+)$/;
	return [ 'bigint', $1 ] if $text =~ /^'(-?\d+)'::bigint$/;
	return [ 'nvarchar(max)', '[' . join(',', map { qq("$_") } split /,/, $1) . ']' ] if $text =~ /^'\{([-\d,]*)\}'::(?:integer|bigint)\[\]$/;
	die "how is this sent: $text\n";
}

# (why it is not one remote statement or undef, its T-SQL, its parameters)
sub plan_of
{
	my ($backend, $case) = @_;
	my $text = $backend->query('EXPLAIN (VERBOSE, FORMAT JSON) ' . query_of($case, 'ours'));
	my $plan = JSON::PP::decode_json($text)->[0]{Plan};
	my @parameters = map { parameter_of(s/^\@P\d+ = //r) } @{ $plan->{'Remote Parameter'} // [] };

	return ("the plan is a $plan->{'Node Type'}") if $plan->{'Node Type'} ne 'Foreign Scan' || $plan->{Plans};
	return ('clauses stay here') if $plan->{'Not Shipped'} && @{ $plan->{'Not Shipped'} } || $plan->{Filter};
	return (undef, $plan->{'Remote SQL'}, @parameters);
}

# All rows as one text.
sub answer_of
{
	my ($backend, $case, $schema) = @_;
	return $backend->query('SELECT count(*) || md5(string_agg(q::text, chr(10) ORDER BY q::text)) FROM (' . query_of($case, $schema) . ') AS q', 300);
}

sub measure
{
	my ($report, $field, $case) = @_;
	my ($ours, $theirs) = @{$field}{qw(ours theirs)};
	my $name = $case->{name};
	my $count = iterations($case->{loop});
	my ($problem, $sql, @parameters) = plan_of($ours, $case);
	my (%seconds, @ratios, $found);

	$report->check(!$problem, "$name is one remote statement" . ($problem ? ": $problem" : '')) or return $report->bar($name => undef, $case->{limit});
	my $expected = answer_of($ours, $case, 'local');
	$report->check(answer_of($ours, $case, 'ours') eq $expected, "$name: the same rows as the local copy");
	make_loop($ours, $case, 'ours');
	time_loop($ours, $case, 'ours', 1);
	$field->bare(1, $sql, @parameters);
	for my $run (1 .. $runs)
	{
		my $before = $field->requests;
		push @{ $seconds{this} }, time_loop($ours, $case, 'ours', $count);
		$report->check($field->requests - $before == $count, "$name: one request each");
		$found = $field->bare($count, $sql, @parameters);
		push @{ $seconds{bare} }, $found->{seconds} / $count;
		push @ratios, $seconds{this}[-1] / $seconds{bare}[-1];
	}
	if ($theirs)
	{
		my $iterations = iterations($case->{theirs});
		$report->check(answer_of($theirs, $case, 'theirs') eq $expected, "$name: tds_fdw has the same rows");
		make_loop($theirs, $case, 'theirs');
		push @{ $seconds{theirs} }, time_loop($theirs, $case, 'theirs', $iterations) for 1 .. ($full ? 3 : 1);
	}
	my %median = map { $_ => 1000 * median(@{ $seconds{$_} }) } keys %seconds;
	my $ratio = median(@ratios);
	$report->add_row($name, $found->{rows} / $count, scalar @parameters, map({ shown($median{$_}) } qw(this bare)), sprintf('%.2f', $ratio),
		shown($median{theirs}), $median{theirs} ? sprintf('%.3f', $median{this} / $median{theirs}) : '-');
	$report->say(sprintf '%-14s this %.2f ms, bare %.2f ms, ratio %.2f, tds_fdw %s ms', $name, @median{qw(this bare)}, $ratio, shown($median{theirs}));
	$report->bar($name => $ratio, $case->{limit});
	return;
}

# The load of the last minute: more than the machine has processors spoils the figures.
sub load
{
	my ($load) = slurp('/proc/loadavg') =~ /^(\S+)/;
	return "load of the machine: $load";
}

$| = 1;
my $report = Report->new('bench-push', $scale);
$report->say(load());
my $field = Field->start(rows => $rows, customers => $full ? 10_000 : 1000);
$report->say("the tables are filled: $rows rows");
$report->table('ms', 'rows', 'parameters', 'this', 'bare client', 'this over it', 'tds_fdw', 'this over it');
for my $case (@cases)
{
	measure($report, $field, $case) if !@only || grep { index($case->{name}, $_) >= 0 } @only;
}
$report->say(load());
exit $report->finish;
