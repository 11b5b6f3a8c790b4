# The Chinook database: its script loads unchanged, every table has the rows that
# the script inserts, and the other partner gives the same after a failover.

use strict;
use warnings;
use Test::More;
use Client qw(run_client bsqldb_command skip_all);
use TdsMirror::Lab qw(chinook slurp);
use TdsMirror::Pair;

my $path = chinook() or skip_all('Chinook_SqlServer.sql is not beside the project');
my $script = slurp($path);

# Rows that the script inserts, by table: parentheses of the first level behind
# VALUES, outside of text and comments.
my %expected;
{
	my ($table, $depth) = (undef, 0);

	while ($script =~ m{\G(?:(N?'(?:[^']|'')*')|(/\*.*?\*/|--[^\n]*)|(\()|(\))|INSERT\s+INTO\s+\[dbo\]\.\[(\w+)\][^)]*\)\s*VALUES|(;|\bGO\b)|(\w+)|(.))}gcs)
	{
		if (defined $5) { ($table, $depth) = ($5, 0); }
		elsif (defined $3) { $expected{$table}++ if defined $table && $depth++ == 0; }
		elsif (defined $4) { $depth-- if defined $table; }
		elsif (defined $6) { $table = undef; }
	}
}
is(scalar(keys %expected), 11, 'the script fills 11 tables');
pos($script) = 0;
my $created = () = $script =~ /^CREATE TABLE/mg;
is($created, scalar(keys %expected), 'which are all that it creates');

my $pair = TdsMirror::Pair->start(prefix => 'chinook-', database => 'other', plain => 1);

# Twice: the second time it begins by dropping the database.
for my $time ('first', 'second')
{
	my ($status, $out, $err) = run_client(bsqldb_command($pair->a, 'master', '-q', '-i', $path));
	is($status, 0, "the script loads, the $time time") or diag $err;
	is($err, '', 'without a message');
}

# What holds on the instance that serves the database.
sub check_database
{
	my ($instance, $where) = @_;
	my $query = join ' UNION ALL ',
	  map { "SELECT '$_' AS t, COUNT(*) AS n FROM dbo.[$_]" } sort keys %expected;
	my %got = map { s/\s+//gr } map { split /\|/ } split /\n/, $instance->tsql($query, database => 'Chinook');

	is($got{$_}, $expected{$_}, "$where: $expected{$_} rows of $_") for sort keys %expected;

	my $sum = $instance->tsql('SELECT SUM(UnitPrice * Quantity) FROM dbo.InvoiceLine', database => 'Chinook');
	is($sum, $instance->tsql('SELECT SUM(Total) FROM dbo.Invoice', database => 'Chinook'),
		"$where: the lines of the invoices add up to their totals");
	is($instance->tsql(q{SELECT r.Name + N': ' + a.Title FROM dbo.Track AS t JOIN dbo.Album AS a ON a.AlbumId = t.AlbumId
		JOIN dbo.Artist AS r ON r.ArtistId = a.ArtistId WHERE t.Name = N'VÔO SOBRE O HORIZONTE'}, database => 'Chinook'),
		'Marcos Valle: Chill: Brazil (Disc 1)', "$where: text beyond ASCII, whatever its case");
	is($instance->tsql('SELECT COUNT(*) FROM sys.foreign_keys', database => 'Chinook') + 0, 11, "$where: foreign keys");
	my ($ok, $out, $err) = $instance->try_tsql('DELETE FROM dbo.Artist WHERE ArtistId = 1', database => 'Chinook');
	like($err, qr/Msg 547\b/, "$where: they hold");
	return;
}

check_database($pair->a, 'loaded');

$pair->{database} = 'Chinook';
$pair->mirror;
check_database($pair->a, 'principal');
my ($ok, $out, $err) = $pair->b->try_tsql('SELECT 1', database => 'Chinook');
ok(!$ok, 'the mirror does not serve the database');

$pair->a->tsql('ALTER DATABASE [Chinook] SET PARTNER FAILOVER');
$pair->wait_principal($pair->b);
check_database($pair->b, 'after a failover');
($ok, $out, $err) = $pair->a->try_tsql('SELECT 1', database => 'Chinook');
ok(!$ok, 'the old principal does not serve it any more');

$pair->stop;
done_testing();
