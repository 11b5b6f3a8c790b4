# story.pl README PORTS PSQL... -- CHAPTER...: what a user does with the installed
# package, against the pair that PORTS tells of.
#
# PSQL is a command that reads SQL from its standard input.  Each chapter prints
# lines "ok - ..." or "not ok - ...", with the answer where it is wrong.  "cookbook"
# comes first and makes the server erp that the others use; "failover" may come as
# often as wanted.

use strict;
use warnings;
use IPC::Open3 qw(open3);
use Time::HiRes qw(sleep);

my $readme = shift;
my ($port_a, $port_b) = split ' ', slurp(shift);
my @psql;

push @psql, shift while @ARGV && $ARGV[0] ne '--';
shift;
my $failed = 0;

sub slurp
{
	my ($path) = @_;

	open(my $file, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$file>;
}

sub verdict
{
	my ($ok, $title, $answer) = @_;

	print $ok ? "ok - $title\n" : "not ok - $title\n";
	return if $ok;
	print map { "    $_\n" } split /\n/, $answer // '';
	$failed++;
	return;
}

# Runs SQL until its first error: whether there was none, and what came.
sub run_sql
{
	my ($sql) = @_;
	my $pid = open3(my $in, my $out, undef, @psql, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-');

	$SIG{PIPE} = 'IGNORE';
	print $in $sql;
	close $in;
	local $/;
	my $answer = <$out> // '';
	waitpid($pid, 0);
	$answer =~ s/\s+\z//;
	return ($? == 0, $answer);
}

# A statement and its whole answer.
sub answers
{
	my ($title, $sql, $expected) = @_;
	my ($ok, $answer) = run_sql($sql);

	verdict($ok && $answer eq $expected, $title, "$sql\ngave:     $answer\nexpected: $expected");
	return;
}

# The blocks of SQL of a section, as they are but for the names that are examples.
sub blocks
{
	my ($section) = @_;
	my ($text) = slurp($readme) =~ /^## \Q$section\E\n(.*?)(?=^## |\z)/ms or die "$readme has no section $section\n";
	my @blocks = $text =~ /^```sql\n(.*?)^```/msg or die "$section has no SQL\n";

	for (@blocks)
	{
		s/sql-a\.example\.com(?:,\d+)?/127.0.0.1,$port_a/g;
		s/sql-b\.example\.com(?:,\d+)?/127.0.0.1,$port_b/g;
		s/\busername '[^']*', password '[^']*'/username 'sa', password 'lab-Secret1'/g;
		die "an example's name is left:\n$_" if /example\.com|secret'/;
	}
	return @blocks;
}

sub instance
{
	my ($ok, $answer) = run_sql('SELECT instance FROM who;');
	return $answer;
}

sub wait_synchronized
{
	for (1 .. 150)
	{
		my ($ok, $answer) = run_sql(q{SELECT count(*) FROM tds_mirror_status('erp') WHERE state = 'SYNCHRONIZED';});
		return 1 if $ok && $answer eq '2';
		sleep 0.2;
	}
	return 0;
}

my %chapters = (
	cookbook => sub {
		my $number = 0;

		for my $block (blocks('Cookbook'))
		{
			my ($ok, $answer) = run_sql("SET client_min_messages = warning;\n$block");
			verdict($ok, 'the cookbook of the README, block ' . ++$number, $answer);
		}
		answers('it leaves the other partner as principal', 'SELECT instance FROM who;', 'B');
		answers('and has written, which is undone', "SELECT total FROM invoice WHERE id = 7;\n"
			  . 'UPDATE invoice SET total = total - 1 WHERE id = 7;', '6.94');
	},
	reads => sub {
		answers('a query', 'SELECT count(*), max(octet_length("Name")) FROM track;', '4|16');
		answers('a join with a sum', 'SELECT "LastName", sum(total) FROM customer c JOIN invoice i ON c."CustomerId" = i.id - 4 '
			  . 'GROUP BY 1 ORDER BY sum(total);', "Gonçalves|1.98\nKöhler|3.96\nWichterlová|5.94");
		answers('the version that is installed is the one that runs', 'SELECT DISTINCT extension_version = extversion '
			  . "FROM tds_mirror_diag('erp'), pg_extension WHERE extname = 'tds_mirror_fdw';", 't');
	},
	failover => sub {
		my $before = instance();
		my $after = $before eq 'A' ? 'B' : 'A';

		verdict(wait_synchronized(), 'both partners are synchronized');
		answers("a planned failover from $before",
			"SELECT old_principal, new_principal FROM tds_mirror_failover('erp');", "$before|$after");
		answers("$after answers", 'SELECT instance FROM who;', $after);
	},
	writes => sub {
		answers('an INSERT', "INSERT INTO customer VALUES (4, 'Ada', 'Ångström', 'Sweden') RETURNING \"LastName\";", 'Ångström');
		answers('a transaction that is rolled back', "BEGIN; DELETE FROM customer; ROLLBACK;\nSELECT count(*) FROM customer;", '4');
		answers('an UPDATE', qq{UPDATE customer SET "Country" = 'Norway' WHERE "CustomerId" = 4;\n}
			  . 'SELECT "Country" FROM customer WHERE "CustomerId" = 4;', 'Norway');
		answers('a DELETE', qq{DELETE FROM customer WHERE "CustomerId" = 4;\nSELECT count(*) FROM customer;}, '3');
	},
	drop => sub {
		answers('DROP EXTENSION', 'SET client_min_messages = warning; DROP EXTENSION tds_mirror_fdw CASCADE;', '');
		answers('nothing of it is left in the database', "SELECT (SELECT count(*) FROM pg_proc WHERE proname LIKE 'tds\\_%') "
			  . "+ (SELECT count(*) FROM pg_class WHERE relname LIKE 'tds\\_%') + (SELECT count(*) FROM pg_foreign_table) "
			  . '+ (SELECT count(*) FROM pg_foreign_server);', '0');
	});

for my $name (@ARGV)
{
	my $chapter = $chapters{$name} or die "no chapter is called $name\n";
	$chapter->();
}
exit($failed ? 1 : 0);
