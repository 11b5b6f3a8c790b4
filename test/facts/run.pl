#!/usr/bin/perl
# run.pl HOST PORT USER PASSWORD DATABASE [FILE...]: facts about T-SQL, asked of a server.
#
# A fact is a block of lines, "sql:" (a batch; more of them are batches of the
# same session), "want:" and "source:", the page of Microsoft's documentation
# that says so.  A line that begins with a blank goes on with the one before.
# What the session answered is written as columns " | ", rows and errors " / ",
# "error N", NULL; "nothing" when there was neither.  Messages of severity 10
# and less do not count, but the text of PRINT does.  What tsql itself says is
# "client error N", among it the loss of the connection.
#
# "refusal:" names the error by which a server may say that it has no such
# feature; that is shown as skipped and counts neither way.
#
# {t} and {u} are names of tables, {d} of a database, new for each fact and
# dropped after it; {db} is DATABASE.  "database:" names another to begin in.
use strict;
use warnings;
use FindBin;
use IPC::Open3;

my ($host, $port, $user, $password, $database, @files) = @ARGV;
defined $database or die "usage: run.pl HOST PORT USER PASSWORD DATABASE [FILE...]\n";
@files = sort glob("$FindBin::Bin/*.facts") unless @files;

$ENV{FREETDSCONF} = '/dev/null';
$SIG{PIPE} = 'IGNORE';

my $options = <<'SQL';
SET ANSI_NULLS, ANSI_WARNINGS, ANSI_PADDING, QUOTED_IDENTIFIER, CONCAT_NULL_YIELDS_NULL, ARITHABORT ON
SET IMPLICIT_TRANSACTIONS, XACT_ABORT OFF
SET NOCOUNT ON
SET LOCK_TIMEOUT 10000
SET LANGUAGE us_english
SET DATEFORMAT mdy
SET DATEFIRST 7
SQL

sub read_facts
{
	my ($file) = @_;
	my (@facts, $fact, $last);

	open(my $in, '<', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		chomp $line;
		next if $line =~ /^#/;
		if ($line =~ /^\s*$/)
		{
			undef $fact;
		}
		elsif ($line =~ /^(sql|want|source|database|refusal): (.*)$/)
		{
			push @facts, $fact = { place => "$file:$.", sql => [] } unless $fact;
			die "$file:$.: $1 is said twice\n" if $1 ne 'sql' && defined $fact->{$1};
			if ($1 eq 'sql')
			{
				push @{ $fact->{sql} }, $2;
				$last = \$fact->{sql}[-1];
			}
			else
			{
				$fact->{$1} = $2;
				$last = \$fact->{$1};
			}
		}
		elsif ($fact && $line =~ /^\s+(\S.*)$/)
		{
			$$last .= "\n$1";
		}
		else
		{
			die "$file:$.: neither sql, want, source nor a blank before more of one\n";
		}
	}
	close $in;
	for my $each (@facts)
	{
		die "$each->{place}: sql, want and source must be there\n"
			unless @{ $each->{sql} } && defined $each->{want} && defined $each->{source};
	}
	return @facts;
}

# Runs batches in one session; what tsql printed, line by line.
sub tsql
{
	my ($where, @batches) = @_;

	# rows and messages share one pipe, so rows must not wait in a buffer
	my $pid = open3(my $in, my $out, undef, 'timeout', '60', 'stdbuf', '-oL', 'tsql', '-H', $host,
		'-p', $port, '-U', $user, '-P', $password, '-D', $where, '-J', 'UTF-8', '-o', 'fhq');
	print $in map { "$_\ngo\n" } @batches;
	close $in;
	chomp(my @lines = <$out>);
	waitpid($pid, 0);
	return @lines;
}

# The lines in the words of "want".
sub answer
{
	my @lines = @_;
	my @items;

	while (@lines)
	{
		my $line = shift @lines;

		if ($line =~ /^Msg (\d+) \(severity (\d+), state \d+\)/)
		{
			push @items, "error $1" if $2 > 10;
			while (@lines)
			{
				last if shift(@lines) =~ /"$/;
			}
		}
		elsif ($line =~ /^Error (\d+) \(severity \d+\)/)
		{
			push @items, "client error $1";
			shift @lines while @lines && $lines[0] =~ /^\t/;
		}
		elsif ($line !~ /^\s*$/)
		{
			push @items, join(' | ', split(/\t/, $line, -1));
		}
	}
	return @items ? join(' / ', @items) : 'nothing';
}

my ($number, $passed, $failed, $skipped) = (0, 0, 0, 0);
my @facts = map { read_facts($_) } @files;

for my $fact (@facts)
{
	my %names = (t => "fact_t_${$}_$number", u => "fact_u_${$}_$number", d => "fact_d_${$}_$number",
		db => $database);
	my %used;
	my @sql = @{ $fact->{sql} };

	$number++;
	s/\{(\w+)\}/$used{$1} = 1; $names{$1} \/\/ die "$fact->{place}: {$1}?\n"/ge for @sql;
	my $got = answer(tsql($fact->{database} // $database, $options, @sql));
	if ($got eq $fact->{want})
	{
		$passed++;
	}
	elsif (defined $fact->{refusal} && $got eq $fact->{refusal})
	{
		print "skip $fact->{place}: $got\n";
		$skipped++;
	}
	else
	{
		$failed++;
		print "not ok - $fact->{place}\n", map({ "\tsql:    $_\n" } @sql),
			"\twant:   $fact->{want}\n\tgot:    $got\n\tsource: $fact->{source}\n";
	}
	if ($got =~ /client error 20009/)
	{
		print "FAILED: there is no server any more, so the other facts fail too\n";
		$failed += @facts - $number;
		last;
	}
	tsql($database, "DROP TABLE IF EXISTS $names{u}, $names{t}") if $used{t} || $used{u};
	tsql('master', "DROP DATABASE IF EXISTS $names{d}") if $used{d};
}

my $count = $passed + $failed;
printf "bar facts_rows %d 40 %s\n", $count, $count >= 40 ? 'ok' : 'short';
printf "bar facts_wrong %d 0 %s\n", $failed, $failed == 0 ? 'ok' : 'short';
print "facts: $passed passed, $failed failed\n";
exit($failed == 0 && $count > 0 ? 0 : 1);
