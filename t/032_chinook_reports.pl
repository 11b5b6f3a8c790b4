
# Chinook, imported: twenty reports give the same rows as on local copies, and
# EXPLAIN says which of them are one remote statement, and why the others are not.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(chinook slurp);

# Reports that must be a single remote statement.  A join with the result of a grouping,
# and what depends on the result of another statement, are two.
my $enough = 17;
my $enough_whole = 14;

my $path = chinook() or plan skip_all => 'Chinook_SqlServer.sql is not beside the project';
my $instance = TdsMirror::Instance->start('chinook-reports');
my $cluster = TdsMirror::Cluster->start('chinook-reports');
my $psql = $cluster->session;

$instance->tsql(slurp($path), database => 'master');
$psql->query('CREATE EXTENSION tds_mirror_fdw');
$psql->query("CREATE SERVER chinook FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . $instance->address . ','
	  . $instance->port . "', database 'Chinook', remote_version '15')");
$psql->query("CREATE USER MAPPING FOR CURRENT_USER SERVER chinook OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password')");
$psql->query('CREATE SCHEMA there; CREATE SCHEMA here');
my ($imported, $out, $said) = $psql->try('IMPORT FOREIGN SCHEMA dbo FROM SERVER chinook INTO there');
ok($imported && $said eq '', 'the import has nothing to say') or diag $said;
my @tables = split /\n/, $psql->query("SELECT relname FROM pg_class WHERE relnamespace = 'there'::regnamespace ORDER BY 1");
is("@tables", 'Album Artist Customer Employee Genre Invoice InvoiceLine MediaType Playlist PlaylistTrack Track', 'its tables');
is($psql->query("SELECT string_agg(attrelid::regclass || '.' || quote_ident(attname), ' ' ORDER BY attrelid::regclass::text, attnum) FROM pg_attribute "
		  . "WHERE attrelid IN (SELECT ftrelid FROM pg_foreign_table) AND 'key=true' = ANY(attfdwoptions) AND attrelid::regclass::text ~ 'Playlist|Track'"),
	'there."Playlist"."PlaylistId" there."PlaylistTrack"."PlaylistId" there."PlaylistTrack"."TrackId" there."Track"."TrackId"', 'keys');
for my $table (@tables)
{
	$psql->query(qq{CREATE TABLE here."$table" AS SELECT * FROM there."$table"});
	$psql->query(qq{ANALYZE here."$table"});
	$psql->query(qq{ANALYZE there."$table"});
}
is($psql->query('SELECT count(*) FROM here."Track"'), 3503, 'the copies have rows');

# Where the order counts, it is a total one.
my @reports = (
	[ 'revenue by artist, top 10', 1, q{SELECT ar."ArtistId", sum(l."UnitPrice" * l."Quantity") AS revenue, count(*) AS lines
		FROM "InvoiceLine" l JOIN "Track" t ON t."TrackId" = l."TrackId" JOIN "Album" al ON al."AlbumId" = t."AlbumId"
		JOIN "Artist" ar ON ar."ArtistId" = al."ArtistId" GROUP BY ar."ArtistId" ORDER BY revenue DESC, ar."ArtistId" LIMIT 10} ],
	[ 'revenue by genre', 1, q{SELECT g."GenreId", sum(l."Quantity") AS sold, sum(l."UnitPrice") AS prices
		FROM "Genre" g JOIN "Track" t ON t."GenreId" = g."GenreId" JOIN "InvoiceLine" l ON l."TrackId" = t."TrackId"
		GROUP BY g."GenreId" ORDER BY sold DESC, g."GenreId"} ],
	[ 'customers by what they spent', 1, q{SELECT c."CustomerId", sum(i."Total") AS spent FROM "Customer" c
		JOIN "Invoice" i ON i."CustomerId" = c."CustomerId" GROUP BY c."CustomerId" ORDER BY spent DESC, c."CustomerId" LIMIT 5} ],
	[ 'names of the best customers', 1, q{SELECT c."FirstName", c."LastName", c."Country", s.spent FROM "Customer" c
		JOIN (SELECT "CustomerId", sum("Total") AS spent FROM "Invoice" GROUP BY "CustomerId") s ON s."CustomerId" = c."CustomerId"
		WHERE s.spent > 42 ORDER BY s.spent DESC, c."CustomerId"} ],
	[ 'sales by support employee', 0, q{SELECT e."EmployeeId", count(*), sum(i."Total") FROM "Employee" e
		JOIN "Customer" c ON c."SupportRepId" = e."EmployeeId" JOIN "Invoice" i ON i."CustomerId" = c."CustomerId" GROUP BY e."EmployeeId"} ],
	[ 'employees and their managers', 0, q{SELECT e."FirstName", e."LastName", m."LastName" AS manager FROM "Employee" e
		LEFT JOIN "Employee" m ON m."EmployeeId" = e."ReportsTo"} ],
	[ 'invoices of a year', 0, q{SELECT count(*), sum("Total"), min("InvoiceDate"), max("InvoiceDate") FROM "Invoice"
		WHERE "InvoiceDate" >= '2010-01-01' AND "InvoiceDate" < '2011-01-01'} ],
	[ 'monthly sales', 1, q{SELECT date_trunc('month', "InvoiceDate") AS month, count(*), sum("Total") FROM "Invoice" GROUP BY 1 ORDER BY 1} ],
	[ 'the longest tracks', 1, q{SELECT "TrackId", "Name", "Milliseconds" FROM "Track" ORDER BY "Milliseconds" DESC, "TrackId" LIMIT 10} ],
	[ 'tracks with album and artist', 0, q{SELECT t."Name", al."Title", ar."Name" AS artist FROM "Track" t JOIN "Album" al ON al."AlbumId" = t."AlbumId"
		JOIN "Artist" ar ON ar."ArtistId" = al."ArtistId" WHERE t."Milliseconds" > 1000000} ],
	[ 'playlists by length', 1, q{SELECT p."PlaylistId", count(*) AS tracks, sum(t."Milliseconds") AS length FROM "Playlist" p
		JOIN "PlaylistTrack" pt ON pt."PlaylistId" = p."PlaylistId" JOIN "Track" t ON t."TrackId" = pt."TrackId"
		GROUP BY p."PlaylistId" ORDER BY tracks DESC, p."PlaylistId"} ],
	[ 'playlists without tracks', 0, q{SELECT p."PlaylistId", p."Name" FROM "Playlist" p LEFT JOIN "PlaylistTrack" pt ON pt."PlaylistId" = p."PlaylistId"
		WHERE pt."TrackId" IS NULL} ],
	[ 'albums with many tracks', 1, q{SELECT al."AlbumId", count(*) AS n FROM "Album" al JOIN "Track" t ON t."AlbumId" = al."AlbumId"
		GROUP BY al."AlbumId" HAVING count(*) > 20 ORDER BY n DESC, al."AlbumId"} ],
	[ 'tracks that were never sold', 0, q{SELECT count(*) FROM "Track" t WHERE NOT EXISTS (SELECT 1 FROM "InvoiceLine" l WHERE l."TrackId" = t."TrackId")} ],
	[ 'customers who bought rock', 0, q{SELECT c."CustomerId", c."Email" FROM "Customer" c WHERE c."CustomerId" IN (SELECT i."CustomerId" FROM "Invoice" i
		JOIN "InvoiceLine" l ON l."InvoiceId" = i."InvoiceId" JOIN "Track" t ON t."TrackId" = l."TrackId" WHERE t."GenreId" = 1)} ],
	[ 'from customer to genre: six tables', 1, q{SELECT c."CustomerId", g."GenreId", count(*) AS n FROM "Customer" c JOIN "Invoice" i ON i."CustomerId" = c."CustomerId"
		JOIN "InvoiceLine" l ON l."InvoiceId" = i."InvoiceId" JOIN "Track" t ON t."TrackId" = l."TrackId" JOIN "Genre" g ON g."GenreId" = t."GenreId"
		JOIN "MediaType" m ON m."MediaTypeId" = t."MediaTypeId" WHERE m."MediaTypeId" <> 3
		GROUP BY c."CustomerId", g."GenreId" ORDER BY n DESC, c."CustomerId", g."GenreId" LIMIT 20} ],
	[ 'above the average length', 0, q{SELECT count(*), sum("Bytes") FROM "Track" WHERE "Milliseconds" > (SELECT avg("Milliseconds") FROM "Track")} ],
	[ 'customers of three countries', 0, q{SELECT "Country", count(*) FROM "Customer" WHERE "Country" IN ('Brazil', 'Canada', 'Norway') GROUP BY "Country"} ],
	[ 'prices and their tracks', 1, q{SELECT "UnitPrice", count(*), count("Composer"), avg("Milliseconds")::numeric(12,2) FROM "Track" GROUP BY "UnitPrice" ORDER BY "UnitPrice"} ],
	[ 'large invoices and what is on them', 1, q{SELECT i."InvoiceId", i."Total", t."Name" FROM "Invoice" i JOIN "InvoiceLine" l ON l."InvoiceId" = i."InvoiceId"
		JOIN "Track" t ON t."TrackId" = l."TrackId" WHERE i."Total" > 20 ORDER BY i."InvoiceId", l."InvoiceLineId"} ],
);
is(scalar @reports, 20, 'twenty reports');

my ($single, $whole) = (0, 0);
for my $report (@reports)
{
	my ($name, $ordered, $query) = @$report;
	my (%rows, $plan);

	for my $schema ('here', 'there')
	{
		$psql->query("SET search_path = $schema");
		my @lines = split /\n/, $psql->query($query), -1;
		$rows{$schema} = join "\n", $ordered ? @lines : sort @lines;
		$plan = $psql->query("EXPLAIN (VERBOSE, COSTS OFF) $query");
	}
	is($rows{there}, $rows{here}, "$name: the same rows");
	isnt($rows{here}, '', "$name: there are some");
	my $statements = () = $plan =~ /^\s*Remote SQL:/mg;
	my @reasons = $plan =~ /^\s*Not Shipped: (.*)$/mg;
	$single++ if $statements == 1;
	$whole++ if $statements == 1 && $plan =~ /^Foreign Scan/;
	my $rest = $plan =~ /^Foreign Scan/ ? ', with nothing left to do here' : '';
	note(join "\n    ", $statements == 1 ? "$name: one remote statement$rest" : "$name: $statements remote statements", @reasons);
	cmp_ok($statements, '>', 0, "$name: remote") or diag $plan;
	note $plan if $ENV{SHOW_PLANS};
}
note "$single of 20 reports are one remote statement, and $whole of them leave nothing to do here";
cmp_ok($single, '>=', $enough, "at least $enough reports are one remote statement");
cmp_ok($whole, '>=', $enough_whole, "at least $enough_whole of them leave nothing to do here");

undef $psql;
done_testing();
