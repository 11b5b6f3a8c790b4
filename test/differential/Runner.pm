# Runner.pm: the queries of a seed in one session, and what became of them.
#
# Query N of seed S comes from srand() of both alone, its settings from the block of
# N, so that each can be repeated without those before it.

package Runner;

use strict;
use warnings;
use Encode qw(encode_utf8 decode_utf8);
use Exporter 'import';
use Query qw(random_query query_text with_values);
use Settings qw(random_settings);
use Tables qw(localize);

our @EXPORT_OK = qw(make_query);

my $block = 50;		# queries under the same settings
my $executions = 7;	# of a prepared statement: the sixth may be of a generic plan

sub new
{
	my ($class, $cluster, $database, $seed) = @_;
	my $self = bless { psql => $cluster->session(timeout => 300, database => $database), seed => $seed, prime => 7919, size => $block, block => -1 }, $class;

	$self->{psql}->query('SELECT 1');
	return $self;
}

sub make_query
{
	my ($seed, $number, $kind) = @_;

	srand($seed * 1_000_003 + $number);
	return random_query($kind);
}

sub settings
{
	my ($self, $number) = @_;

	srand($self->{seed} * $self->{prime} + int($number / $self->{size}));
	return (random_settings(), "SET search_path = seed_$self->{seed}, public", "SET statement_timeout = '60s'");
}

sub set_for
{
	my ($self, $number) = @_;
	my $now = int($number / $self->{size});

	return '' if $self->{block} == $now;
	$self->{block} = $now;
	return join '', map { "$_;\n" } $self->settings($number);
}

sub dollar { return defined $_[0] ? "\$_q_\$$_[0]\$_q_\$" : 'NULL'; }
sub array { return 'ARRAY[' . join(', ', map { dollar($_) } @_) . ']::text[]'; }

# A function that runs the query in a loop, with variables for its parameters.
sub loop_function
{
	my ($name, $sql, $params) = @_;
	my $number = 0;
	my $body = $sql =~ s/\$(\d+)/p$1/gr;
	my $declare = join '', map { 'p' . ++$number . " $_->{type};\n" } @$params;
	my $assign = '';

	for my $i (0 .. $#$params)
	{
		my @values = @{ $params->[$i]{values} };
		my $n = 0;

		$assign .= 'p' . ($i + 1) . ' := CASE turn ' . join(' ', map { 'WHEN ' . ++$n . " THEN $_" } @values) . " END;\n";
	}
	return "CREATE OR REPLACE FUNCTION pg_temp.$name() RETURNS SETOF text LANGUAGE plpgsql AS \$_f_\$ DECLARE line record; turn int; $declare"
	  . "BEGIN FOR turn IN 1 .. $executions LOOP $assign FOR line IN $body LOOP RETURN NEXT turn || line::text; END LOOP; END LOOP; END \$_f_\$";
}

# The call of judge() for a query.
sub call
{
	my ($number, $query) = @_;
	my $sql = query_text($query);
	my $params = $query->{params} // [];
	my @flags = map { $query->{$_} ? 'true' : 'false' } qw(total folded);
	my $shown = @$params ? with_values($query, 0) : $sql;
	my @before = (undef, undef);
	my (@there, @here);

	if (!@$params)
	{
		@there = ($sql);
		@here = (localize($sql));
	}
	elsif ($query->{loop})
	{
		@before = (loop_function('there', $sql, $params), loop_function('here', localize($sql), $params));
		@there = ('SELECT * FROM pg_temp.there()');
		@here = ('SELECT * FROM pg_temp.here()');
	}
	else
	{
		my $types = join ', ', map { $_->{type} } @$params;

		@before = ("PREPARE there ($types) AS $sql", "PREPARE here ($types) AS " . localize($sql));
		for my $i (0 .. $executions - 1)
		{
			my $values = join ', ', map { $_->{values}[$i] } @$params;

			push @there, "EXECUTE there ($values)";
			push @here, "EXECUTE here ($values)";
		}
	}
	return encode_utf8("SELECT judge($number, " . join(', ', map({ dollar($_ // '') } @before), array(@there), array(@here), dollar($shown), @flags)
		  . ");\n");
}

# Runs { number => query }; a hash of number => { flags, word, text }.
sub run
{
	my ($self, %queries) = @_;
	my $script = '';
	my %got;

	for my $number (sort { $a <=> $b } keys %queries)
	{
		$script .= $self->set_for($number) . call($number, $queries{$number});
	}
	my ($ok, $out, $err) = $self->{psql}->try($script);
	for my $line (split /\n/, $out)
	{
		next unless $line =~ /^judged (\d+) ([01])([01])([01]) ((\w+).*)$/;
		$got{$1} = { something => $2, join => $3, aggregate => $4, word => $6, text => decode_utf8($5) };
	}
	for my $number (grep { !$got{$_} } keys %queries)
	{
		$got{$number} = { something => 0, join => 0, aggregate => 0, word => 'difference', text => 'difference  no answer: ' . substr($err, 0, 600) };
	}
	return %got;
}

sub quit { $_[0]{psql}->quit; }

1;
