# Catalog.pm: doc/functions.md and a database with the extension say the same, and
# every object of the extension has a comment.

package Catalog;

use strict;
use warnings;
use Page;
use Tally qw(ok);
use TdsMirror::Lab qw(slurp);

# Those that nobody calls by hand.
my %internal = map { $_ => 1 } qw(tds_mirror_fdw_handler tds_mirror_fdw_validator);

# Functions of which a view shows the rows, and which the view's section stands for.
my $functions = <<'SQL';
SELECT p.oid, p.proname, p.pronargs, p.pronargdefaults,
	CASE WHEN p.prorettype = 'record'::regtype THEN CASE WHEN p.proretset THEN 'rows' ELSE 'one row' END
		WHEN p.prorettype = 'void'::regtype THEN 'nothing' ELSE format_type(p.prorettype, NULL) END,
	has_function_privilege('public', p.oid, 'EXECUTE'),
	(SELECT string_agg(coalesce(p.proargnames[i], '?') || ' ' || format_type(p.proargtypes[i - 1], NULL)
			|| coalesce(' DEFAULT ' || pg_get_function_arg_default(p.oid, i), ''), ', ' ORDER BY i)
		FROM generate_series(1, p.pronargs) i),
	(SELECT string_agg(p.proargnames[i] || ' ' || format_type(p.proallargtypes[i], NULL), E'\n' ORDER BY i)
		FROM generate_subscripts(p.proallargtypes, 1) i WHERE p.proargmodes[i] IN ('o', 't'))
FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'tds_mirror_fdw'
ORDER BY 2
SQL

my $views = <<'SQL';
SELECT c.relname, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), E'\n' ORDER BY a.attnum)
FROM pg_class c JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
	AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'tds_mirror_fdw'
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind = 'v' GROUP BY 1 ORDER BY 1
SQL

# PostgreSQL 18 and later make the row types of views members, too.
my $silent = <<'SQL';
WITH member AS (
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'tds_mirror_fdw'
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		AND NOT EXISTS (SELECT 1 FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem
			WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typrelid <> 0 OR e.typrelid <> 0)))
SELECT pg_describe_object(classid, objid, 0) FROM member WHERE obj_description(objid, classid::regclass::name) IS NULL
UNION ALL
SELECT pg_describe_object('pg_extension'::regclass, oid, 0) FROM pg_extension
	WHERE extname = 'tds_mirror_fdw' AND obj_description(oid, 'pg_extension') IS NULL
UNION ALL
SELECT pg_describe_object('pg_class'::regclass, attrelid, attnum) FROM pg_attribute JOIN member ON objid = attrelid
	WHERE classid = 'pg_class'::regclass AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL
ORDER BY 1
SQL

# Settings that the library defines.
my $settings = "LOAD 'tds_mirror_fdw'; SELECT name FROM pg_settings WHERE name LIKE 'tds_mirror%' ORDER BY 1";

sub rows
{
	my ($psql, $sql) = @_;
	return map { [ split /\x1f/, $_, -1 ] } split /\x1e/, $psql->query($sql);
}

sub check
{
	my ($top, $cluster) = @_;
	my $page = Page->new($top, 'doc/functions.md');

	$cluster->sql('CREATE DATABASE catalog');
	my $psql = $cluster->session(database => 'catalog', separated => 1);
	$psql->query('CREATE EXTENSION tds_mirror_fdw');
	my @functions = rows($psql, $functions);
	my %views = map { $_->[0] => $_->[1] } rows($psql, $views);
	my %known = map { $_->[1] => 1 } grep { !$internal{ $_->[1] } } @functions;

	ok(@functions > 15, 'functions were found');
	for my $view (sort keys %views)
	{
		$known{$view} = 1;
		my $parts = $page->section("`$view`");
		ok($parts, "doc/functions.md: view $view has a section") && columns($view, $parts, $views{$view});
	}
	for my $row (@functions)
	{
		next if $internal{ $row->[1] } || $views{ $row->[1] };
		function($psql, $page, @$row);
	}
	my @stale = grep { !$known{$_} } map { $_->{text} =~ /^`(\w+)`$/ ? $1 : () } $page->headings;
	ok(!@stale, 'doc/functions.md: nothing else is called a function', @stale);

	my $text = join "\n", map { $_->{text} } $page->parts;
	my ($states) = slurp("$top/src/session/roster.c") =~ /^state_word\(.*?\{(.*?)^\}/ms;
	my @said = (slurp("$top/src/admin/role_words.c") =~ /"([A-Z_]{3,})"/g, $states =~ /"([a-z ]+)"/g);
	my @words = grep { $text !~ /`$_`/ } @said, map { $_->[0] } rows($psql, 'SELECT DISTINCT kind FROM tds_mirror_shippable');
	ok(@said > 15 && !@words, 'doc/functions.md: every word that a column may have', @words);

	my @silent = map { $_->[0] } rows($psql, $silent);
	ok(!@silent, 'every object and column has a comment', @silent);
	my @unknown = grep { -1 == index join('', map { $_->{text} } Page->new($top, 'doc/options.md')->parts), "`$_`" }
	  map { $_->[0] } rows($psql, $settings);
	ok(!@unknown, 'doc/options.md has every setting of postgresql.conf', @unknown);
	$psql->quit;
	return;
}

sub function
{
	my ($psql, $page, undef, $name, undef, undef, $returns, $public, $arguments, $columns) = @_;
	my $parts = $page->section("`$name`");

	return ok(0, "doc/functions.md: $name has a section") unless $parts;
	my $text = join "\n", map { $_->{text} } @$parts;
	my ($said, $gives) = $text =~ /^`\Q$name\E\((.*)\)` returns (.+?)\.$/m;
	return ok(0, "doc/functions.md: $name", "wanted a line: `$name($arguments)` returns $returns.") unless defined $gives;
	ok(same($psql, $said, $arguments), "doc/functions.md: arguments of $name", "has: $said", "wanted: $arguments");
	ok($gives =~ /^`?\Q$returns\E`?\b/, "doc/functions.md: $name returns $returns", $gives);
	ok(($text =~ /^\*Who may:\* .*EXECUTE/m) == ($public ne 't'), "doc/functions.md: who may call $name",
		'a line "*Who may:* ..." that names EXECUTE if and only if it is revoked from PUBLIC');
	columns($name, $parts, $columns) if length $columns;
	return;
}

# Arguments are alike, and so are the values of their defaults, however they are written.
sub same
{
	my ($psql, $said, $wanted) = @_;
	my @said = split /, /, $said;
	my @wanted = split /, /, $wanted;

	return 0 unless @said == @wanted;
	for my $i (0 .. $#said)
	{
		my ($name, $value) = split / DEFAULT /, $said[$i];
		my ($other, $other_value) = split / DEFAULT /, $wanted[$i];
		return 0 unless $name eq $other && defined $value == defined $other_value;
		next unless defined $value;
		my ($type) = $name =~ / (.*)/;
		return 0 unless $psql->query("SELECT (CAST($value AS $type)) IS NOT DISTINCT FROM (CAST($other_value AS $type))") =~ /^t/;
	}
	return 1;
}

sub columns
{
	my ($name, $parts, $wanted) = @_;
	my ($table) = grep { $_->[0][0] eq 'column' } Page->tables(@$parts);
	my @said = $table ? map { ($_->[0] =~ s/`//gr) . ' ' . ($_->[1] =~ s/`//gr) } @$table[ 1 .. $#$table ] : ();

	return ok("@said" eq join(' ', split /\n/, $wanted), "doc/functions.md: columns of $name",
		'wanted:', $wanted, 'found:', @said);
}

1;
