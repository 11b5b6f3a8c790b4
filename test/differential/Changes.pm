# Changes.pm: the cases of a seed (Change.pm) in one session, and what became of them.
#
# Case N of seed S comes from srand() of both alone, its settings from the block of
# N.  Every case begins with the tables as they were at first: what it did is rolled
# back, or the tables are made anew, so that each can be repeated without those
# before it.

package Changes;

use strict;
use warnings;
use Encode qw(encode_utf8 decode_utf8);
use Exporter 'import';
use Change qw(random_case step_text step_with_values targets_of);
use Runner;
use Targets qw(columns_of forget_sql twin_of bases);
use TdsMirror::Lab qw(append_file scratch_folder);

our @EXPORT_OK = qw(make_case);
our @ISA = qw(Runner);

my $block = 20;		# cases under the same settings
my $executions = 7;	# of a prepared statement
my $all_tables = 10;	# after each such case all of them are compared

# alike: the targets are local, too
sub new
{
	my ($class, $cluster, $database, $seed, $alike) = @_;
	my $self = bless { psql => $cluster->session(timeout => 300, database => $database), seed => $seed, prime => 104_729, size => $block, block => -1,
		alike => $alike, folder => scratch_folder("changes-$seed") }, $class;

	$self->{psql}->query('SELECT 1');
	return $self;
}

sub make_case
{
	my ($seed, $number, $kind) = @_;

	srand($seed * 3_000_017 + $number);
	return random_case($kind);
}

# What is said to the targets.
sub there
{
	my ($self, $sql) = @_;
	return $self->{alike} ? $sql =~ s/\b(target_wide)_(?:7|1|bare)\b/$1/gr : $sql;
}

# A function that makes the change in a loop, with variables for its parameters.
sub loop_function
{
	my ($name, $step, $sql) = @_;
	my $body = $sql =~ s/\$(\d+)/p$1/gr;
	my ($declare, $assign) = ('', '');

	for my $i (1 .. @{ $step->{params} })
	{
		my $param = $step->{params}[ $i - 1 ];
		my $turn = 0;

		$declare .= "p$i $param->{type};\n";
		$assign .= "p$i := CASE turn " . join(' ', map { 'WHEN ' . ++$turn . " THEN $_" } @{ $param->{values} }) . " END;\n";
	}
	my $run = $step->{returning} ? "FOR line IN $body LOOP RETURN NEXT turn || line::text; END LOOP;"
	  : "$body; GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT turn || ':' || changed;";
	return "CREATE OR REPLACE FUNCTION pg_temp.$name() RETURNS SETOF text LANGUAGE plpgsql AS \$_f_\$ #variable_conflict use_column\n"
	  . "DECLARE line record; turn int; changed bigint; ${declare}BEGIN FOR turn IN 1 .. $executions LOOP $assign $run END LOOP; END \$_f_\$";
}

sub arrays_of
{
	my (@targets) = @_;
	return (Runner::array(@targets), Runner::array(map { join ', ', map { $_->{name} } columns_of($_) } @targets));
}

# The call of judge_change() for a step.
sub call
{
	my ($self, $number, $place, $step) = @_;
	my $file = "$self->{folder}/$number.$place";
	my $sql = step_text($step, $file);
	my $shown = $step->{params} ? step_with_values($step, 0) : $sql;
	my @before = ('', '');
	my (@there, @here);

	if ($step->{verb} eq 'copy')
	{
		unlink $file;
		append_file($file, encode_utf8(join '', map { join("\t", @$_) . "\n" } @{ $step->{rows} }));
	}
	if (!$step->{params})
	{
		@there = ($self->there($sql));
		@here = (twin_of($sql));
	}
	elsif ($step->{loop})
	{
		@before = (loop_function('there', $step, $self->there($sql)), loop_function('here', $step, twin_of($sql)));
		@there = ('SELECT * FROM pg_temp.there()');
		@here = ('SELECT * FROM pg_temp.here()');
	}
	else
	{
		my $types = join ', ', map { $_->{type} } @{ $step->{params} };

		@before = ("PREPARE there ($types) AS " . $self->there($sql), "PREPARE here ($types) AS " . twin_of($sql));
		for my $i (0 .. $executions - 1)
		{
			my $values = join ', ', map { $_->{values}[$i] } @{ $step->{params} };

			push @there, "EXECUTE there ($values)";
			push @here, "EXECUTE here ($values)";
		}
	}
	return "SELECT judge_change($number, $place, " . join(', ', (map { Runner::dollar($_) } @before), Runner::array(@there), Runner::array(@here),
		Runner::dollar($self->there($shown)), $step->{returning} && !$step->{into} || $step->{loop} ? 'true' : 'false', arrays_of(targets_of($step)), $step->{risky} ? 'true' : 'false') . ");\n";
}

sub unique
{
	my %seen;
	return grep { !$seen{$_}++ } @_;
}

sub script
{
	my ($self, $number, $case) = @_;
	my @touched = unique(map { $_->{mark} ? () : targets_of($_) } @{ $case->{steps} });
	my $compare = sub { return "SELECT judge_tables($number, $_[0], " . join(', ', arrays_of(@_[ 1 .. $#_ ])) . ");\n" };
	my $script = $self->set_for($number) . 'BEGIN' . ($case->{isolation} ? " ISOLATION LEVEL $case->{isolation}" : '') . ";\n";
	my $place = 0;

	for my $step (@{ $case->{steps} })
	{
		$place++;
		$script .= $step->{mark} ? step_text($step) . ";\n" : $self->call($number, $place, $step);
		$script .= $compare->($place, @touched) if ($step->{mark} // '') eq 'ROLLBACK TO';
	}
	$script .= "$case->{end};\n" . $compare->(0, $number % $all_tables ? @touched : bases());
	$script .= forget_sql($self->{seed}, $self->{alike}) if $case->{end} eq 'COMMIT';
	return encode_utf8($script);
}

# What was said of a case, a line each of [ place, direct, verdict ].
sub summary
{
	my ($lines, $case, $err) = @_;
	my %got = (words => [], direct => 0, changed => 0, word => 'same', text => '');

	for my $line (@$lines)
	{
		my ($place, $direct, $said) = @$line;
		my ($word, $more) = split / /, $said;

		next if $word eq 'equal';
		push @{ $got{words} }, $word;
		$got{direct} += $direct if $word =~ /^(?:same|error|order|difference)$/;
		$got{changed}++ if $word eq 'same' && $more > 0;
		$got{text} .= ($got{text} ? ' / ' : '') . "$place: $said";
		return (%got, word => 'difference', text => "step $place: $said") if $word eq 'difference';
		# it may have cost the remote transaction, so nothing follows from what comes after it
		return %got if $word eq 'refused';
	}
	return (%got, word => 'difference', text => 'no answer: ' . substr($err, 0, 900), words => [ @{ $got{words} }, 'difference' ]) unless grep { $_->[0] == 0 } @$lines;
	return %got;
}

# Runs { number => case }; a hash of number => { word, words of its statements, ... }.
sub run
{
	my ($self, %cases) = @_;
	my (%lines, %got);
	my ($ok, $out, $err) = $self->{psql}->try(join '', map { $self->script($_, $cases{$_}) } sort { $a <=> $b } keys %cases);

	for my $line (split /\n/, $out)
	{
		push @{ $lines{$1} }, [ $2, $3, decode_utf8($4) ] if $line =~ /^judged (\d+) (\d+) ([01]) (.*)$/;
	}
	for my $number (keys %cases)
	{
		$got{$number} = { summary($lines{$number} // [], $cases{$number}, $ok ? '' : $err) };
	}
	if (grep { $_->{word} eq 'difference' } values %got)
	{
		$self->{psql}->try("ROLLBACK;\nDEALLOCATE ALL;\n" . forget_sql($self->{seed}, $self->{alike}));
	}
	return %got;
}

1;
