#!/usr/bin/perl
# run.pl [--stop] HOST PORT USER PASSWORD DATABASE [FILE...]: facts about T-SQL, asked of a server.
#
# A fact is a block of lines, "sql:" (a batch; more of them are batches of the
# same session), "want:" and "source:", the page of Microsoft's documentation
# that says so.  A line that begins with a blank goes on with the one before.
# "other:" is a batch of a second session, run after the batches above it.
# "name:" is what a rule that stands on the fact calls it, "since: 16" that it
# holds from SQL Server 2022 on, "before: 16" that it holds until 2019.
# What the sessions answered is written as columns " | ", rows and errors " / ",
# "error N", NULL; "nothing" when there was neither.  Messages of severity 10
# and less do not count, but the text of PRINT does.  What tsql itself says is
# "client error N", among it the loss of the connection.
#
# {t} and {u} are names of tables, {d} of a database, new for each fact and
# dropped in the end; {db} is DATABASE.  "database:" names another to begin in.
# --stop ends with the first fact that does not hold.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use FactFile;
use FactSession;

my $stop = @ARGV && $ARGV[0] eq '--stop' ? shift @ARGV : undef;
my ($host, $port, $user, $password, $database, @files) = @ARGV;
defined $database or die "usage: run.pl [--stop] HOST PORT USER PASSWORD DATABASE [FILE...]\n";
@files = sort glob("$FindBin::Bin/*.facts") unless @files;

my @server = ($host, $port, $user, $password);
my $options = <<'SQL';
SET ANSI_NULLS, ANSI_WARNINGS, ANSI_PADDING, QUOTED_IDENTIFIER, CONCAT_NULL_YIELDS_NULL, ARITHABORT ON
SET IMPLICIT_TRANSACTIONS, XACT_ABORT OFF
SET NOCOUNT ON
SET LOCK_TIMEOUT 10000
SET LANGUAGE us_english
SET DATEFORMAT mdy
SET DATEFIRST 7
SQL

# What the sessions of a fact print, line by line.
sub run_fact
{
	my ($where, @batches) = @_;

	return FactSession::once(@server, $where, $options, map { $_->{sql} } @batches)
		unless grep { $_->{other} } @batches;

	my @sessions = map { FactSession->new(@server, $where) } 0, 1;
	my @lines = map { $_->batch($options) } @sessions;
	push @lines, $sessions[ $_->{other} ]->batch($_->{sql}) for @batches;
	$_->close for @sessions;
	return @lines;
}

my (@tables, @databases);

sub drop_all
{
	FactSession::once(@server, $database, map { "DROP TABLE IF EXISTS $_" } splice @tables) if @tables;
	FactSession::once(@server, 'master', map { "DROP DATABASE IF EXISTS $_" } splice @databases) if @databases;
}

# 15 is SQL Server 2019, 16 is 2022.
sub server_version
{
	my ($version) = FactSession::answer(FactSession::once(@server, 'master',
			"SELECT CONVERT(varchar(40), SERVERPROPERTY('ProductVersion'))"));

	return $version =~ /^(\d+)\./ ? $1 : 0;
}

my ($number, $passed, $failed) = (0, 0, 0);
my $version = server_version();
my @facts = grep { $version >= ($_->{since} // 0) && $version < ($_->{before} // 1000) } FactFile::read_facts(@files);

for my $fact (@facts)
{
	my %names = (t => "fact_t_${$}_$number", u => "fact_u_${$}_$number", d => "fact_d_${$}_$number",
		db => $database);
	my %used;
	my @batches = map { { %$_ } } @{ $fact->{batches} };

	$number++;
	for my $batch (@batches)
	{
		$batch->{sql} =~ s/\{(\w+)\}/$used{$1} = 1; $names{$1} \/\/ die "$fact->{place}: {$1}?\n"/ge;
	}
	push @tables, map { $used{$_} ? $names{$_} : () } qw(u t);
	push @databases, $names{d} if $used{d};
	my $got = FactSession::answer(run_fact($fact->{database} // $database, @batches));
	if ($got eq $fact->{want})
	{
		$passed++;
	}
	else
	{
		$failed++;
		print "not ok - $fact->{place}\n", map({ "\t" . ($_->{other} ? 'other:  ' : 'sql:    ') . "$_->{sql}\n" } @batches),
			"\twant:   $fact->{want}\n\tgot:    $got\n\tsource: $fact->{source}\n";
		last if $stop;
	}
	if ($got =~ /client error 20009/)
	{
		print "FAILED: there is no server any more, so the other facts fail too\n";
		$failed += @facts - $number;
		last;
	}
	drop_all() if @tables > 50;
}
drop_all();

my $count = $passed + $failed;
printf "bar facts_rows %d 300 %s\n", $count, $count >= 300 ? 'ok' : 'short';
printf "bar facts_wrong %d 0 %s\n", $failed, $failed == 0 ? 'ok' : 'short';
print "facts: $passed passed, $failed failed\n";
exit($failed == 0 && $count > 0 ? 0 : 1);
