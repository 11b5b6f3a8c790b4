# The view tds_mirror_shippable: every row is whole, every fact is one of
# test/facts, and what it says of an operator is what EXPLAIN shows.

use strict;
use warnings;
use FindBin;
use JSON::PP;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Lab qw(slurp);

my $top = "$FindBin::Bin/..";
my %facts;
for my $file (glob("$top/test/facts/*.facts"))
{
	$facts{$_}++ for slurp($file) =~ /^name: (\S+)$/mg;
}
cmp_ok(scalar(keys %facts), '>', 100, 'the facts were found');

my $cluster = TdsMirror::Cluster->start('rules');
my $psql = $cluster->session;
$psql->query('SET client_min_messages = warning; CREATE EXTENSION tds_mirror_fdw');
my $rows = decode_json($psql->query('SELECT json_agg(r) FROM tds_mirror_shippable AS r'));
cmp_ok(scalar(@$rows), '>', 300, 'there are many rules');

my %seen;
for my $row (@$rows)
{
	my $name = "$row->{kind} $row->{name}";
	my $said = join(', ', map { "$_: " . ($row->{$_} // 'NULL') } sort keys %$row);

	$seen{$row->{kind}}++;
	my $local = $row->{class} eq 'LOCAL';
	my $whole = defined $row->{name} && defined $row->{class};
	$whole &&= $local ? defined $row->{reason} && !defined $row->{fact} : defined $row->{sql} && defined $row->{fact};
	$whole &&= !defined $row->{fact} || $facts{ $row->{fact} };
	$whole &&= !defined $row->{reason} || $row->{reason} !~ /^[A-Z][a-z]|\.$/;
	ok($whole, $name) or diag($said);
}
ok($seen{$_}, "there are rules of the kind $_") for qw(operator function aggregate order grouping expression);

my %class = map { ("$_->{kind} $_->{name}" => $_->{class}) } @$rows;
is($class{'operator =(integer,integer)'}, 'EXACT', 'integers compare alike');
is($class{'operator <>(integer,bigint)'}, 'EXACT', 'the negator of an operator is there, too');
is($class{'operator <(uuid,uuid)'}, 'LOCAL', 'uuids have another order there');
is($class{'operator /(numeric,numeric)'}, 'LOCAL', 'quotients are rounded otherwise');
is($class{'function length(text)'}, 'LOCAL', 'a reason for functions that stay');
is($class{'operator +(integer,integer)'}, 'EXACT', 'an operator goes by its function');
is($psql->query('SELECT count(*) FROM (SELECT kind, name FROM tds_mirror_shippable GROUP BY 1, 2 HAVING count(*) > 1) AS twice'),
	0, 'none is there twice');

# The rule is what the planner goes by.
$psql->query(<<'SQL');
CREATE SERVER erp FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '127.0.0.1,1', database 'erp');
CREATE USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (username 'u', password 'p');
CREATE FOREIGN TABLE t (smallint smallint OPTIONS (remote_type 'smallint'), "integer" int OPTIONS (remote_type 'int'),
	"bigint" bigint OPTIONS (remote_type 'bigint'), "numeric" numeric OPTIONS (remote_type 'decimal(9,2)'),
	"real" real OPTIONS (remote_type 'real'), "double precision" float8 OPTIONS (remote_type 'float'),
	"boolean" bool OPTIONS (remote_type 'bit'), uuid uuid OPTIONS (remote_type 'uniqueidentifier')) SERVER erp;
SQL
my %known = map { $_ => 1 } ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'boolean', 'uuid');
my $tried = 0;
for my $row (grep { $_->{kind} eq 'operator' && $_->{sql} && $_->{sql} =~ /^\$1 \S+ \$2$/ } @$rows)
{
	my ($sign, $left, $right) = $row->{name} =~ /^(\S+)\((.+),(.+)\)$/ or next;
	next unless $known{$left} && $known{$right};
	my $plan = $psql->query(qq{EXPLAIN (VERBOSE, COSTS OFF) SELECT FROM t WHERE "$left" $sign "$right"});
	$tried++;
	ok($plan !~ /Not Shipped/, "$row->{name} ships") or diag($plan);
}
cmp_ok($tried, '>', 50, 'operators were tried');

done_testing();
