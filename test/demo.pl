# demo.pl: the story of a mirrored pair, told by a psql session that stays open.

use strict;
use warnings;
use Time::HiRes qw(sleep);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script);
use TdsMirror::Pair;

$| = 1;

sub say_line
{
	my ($text) = @_;
	print "\n== $text\n\n";
}

sub show
{
	my ($psql, $sql) = @_;
	my $prompt = "erp=> $sql;";

	$prompt =~ s/\n\s*/\n     /g;
	print "$prompt\n";
	my ($ok, $out, $err) = $psql->try($sql);
	print map { "     $_\n" } grep { /\S/ } split /\n/, $out;
	return if $ok;
	print $err;
	die "the story ends here: that statement failed\n";
}

my $albums = <<'SQL';
CREATE TABLE dbo.album (id int NOT NULL PRIMARY KEY, artist nvarchar(40) NOT NULL, title nvarchar(80) NOT NULL, price decimal(6,2) NOT NULL)
go
INSERT INTO dbo.album VALUES (1, N'Nina Simone', N'Pastel Blues', 9.90), (2, N'Björk', N'Homogenic', 12.50),
 (3, N'Miles Davis', N'Kind of Blue', 8.75)
SQL

print "Starting two partners A and B, a witness W, and a PostgreSQL cluster ...\n";
my $pair = TdsMirror::Pair->start(prefix => 'demo-', witness => 1, script => $albums);
my $cluster = TdsMirror::Cluster->start('demo');
my $psql = $cluster->session(aligned => 1, name => 'demo');

my $setup = server_sql($pair, login_timeout => '15 s');
$psql->query($setup);
$setup =~ s/^(?:RE)?SET [^;]*;\n//mg;
$setup =~ s/IF NOT EXISTS //;
$setup =~ s/(password )'[^']*'/$1'...'/;
print "\nThe pair is described once; every session then finds the principal by itself:\n\n";
print map { "     $_\n" } split /\n/, $setup;

my $tables = "CREATE FOREIGN TABLE album (id int, artist text, title text, price numeric(6,2))
  SERVER erp OPTIONS (schema_name 'dbo', table_name 'album');
CREATE FOREIGN TABLE who (instance text)
  SERVER erp OPTIONS (query 'SELECT \@\@SERVERNAME AS instance');";
$psql->query($tables);
print map { "     $_\n" } split /\n/, $tables;

my $query = 'SELECT w.instance, a.* FROM album a, who w ORDER BY id';
my $status = "SELECT partner, reachable, instance, role, state, witness, role_sequence\n  FROM tds_mirror_status('erp')";

say_line('Rows from the principal, A');
show($psql, $query);
show($psql, $status);

say_line('A planned failover, from SQL');
show($psql, "SELECT * FROM tds_mirror_failover('erp')");

say_line('The same query in the same session, answered by B');
$pair->wait_synchronized;
show($psql, $query);
show($psql, $status);

say_line('B is killed (kill -9) while the session is open; the witness lets A take over');
$pair->wait_witness;
$pair->b->kill9;
$pair->wait_principal($pair->a);
print "kill -9 of B done; the session has been told nothing\n\n";

say_line('The same session, answered by A');
show($psql, $query);
show($psql, $status);

say_line('What the session has learned on the way');
show($psql, "SELECT failover_source, principal, role_sequence, switches, initial_attempts, failover_attempts\n  FROM tds_mirror_partners");

$psql->quit;
print "\nThe end: one session, answered by A, by B and by A again, without an error.\n";
