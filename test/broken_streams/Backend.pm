# Backend.pm: broken answers as a backend under valgrind reads them.
#
# The stand-in breaks its own answers.  Every statement must end in an error of the
# connection or in the whole result, and valgrind must have nothing to say of a stack
# in which the wrapper stands: PostgreSQL's own, built without its marks for
# valgrind, is not judged.

package Backend;

use strict;
use warnings;
use Exporter 'import';
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql);
use TdsMirror::Kinds qw(kinds_script kinds_rows kinds_table_sql);
use TdsMirror::Lab qw(bindir build_folder scratch_folder slurp wait_until);
use TdsMirror::Pair;

our @EXPORT_OK = qw(backend_under_valgrind);

my @actions = ('garbage', 'overrun', 'envchange', 'plp_cut', 'plp_short', 'packet', 'close', 'reset');
my $rare_rows = 40;

# What each reads: its statement, and the rows after which an answer is broken.
my %query = (
	track => [ 'SELECT count(*), sum(id), md5(string_agg(track::text, chr(10))) FROM track', track_rows() / 2 ],
	kinds => [ 'SELECT count(*), sum(id), md5(string_agg(kinds::text, chr(10))) FROM kinds', 1, kinds_rows() / 2 ],
	typed => [ 'SELECT count(*), sum(id), md5(string_agg(typed::text, chr(10))) FROM typed', 1, kinds_rows() / 2 ],
	rare => [ 'SELECT count(*), sum(id), md5(string_agg(rare::text, chr(10))) FROM rare', $rare_rows / 2 ],
	lookups => [ 'SELECT lookups(6)', 1 ],
	two => [ 'SELECT two()', track_rows() / 2 ]);

sub remote_script
{
	return track_script() . kinds_script()
	  . "CREATE TABLE dbo.rare (id int NOT NULL PRIMARY KEY, v sql_variant NULL, g geometry NULL, h hierarchyid NULL)\ngo\n"
	  . 'INSERT INTO dbo.rare VALUES ' . join(', ', map {
		$_ % 5 ? "($_, CAST(N'variant $_' AS nvarchar(40)), geometry::Parse('POINT (1 2 3 $_)'), hierarchyid::Parse('/1/$_/'))"
		  : "($_, NULL, NULL, NULL)" } 1 .. $rare_rows) . "\ngo\n";
}

# lookups(n): one prepared statement, run n times; two(): a scan that another one sends to a store.
sub local_sql
{
	my ($pair) = @_;

	return server_sql($pair, max_sessions => 1, query_timeout => '30 s', login_timeout => '30 s')
	  . track_table_sql() . kinds_table_sql('kinds', 'erp') . kinds_table_sql('typed', 'erp', 1) . <<'SQL';
CREATE FOREIGN TABLE rare (id int, v text OPTIONS (remote_type 'sql_variant'), g text OPTIONS (remote_type 'geometry'),
  h text OPTIONS (remote_type 'hierarchyid')) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FUNCTION lookups(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found kinds;
	result text := '';
BEGIN
	FOR i IN 1..n LOOP
		SELECT * INTO found FROM kinds WHERE id = i;
		result := result || found::text;
	END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION two() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	item track;
	result text := '';
	other text;
BEGIN
	FOR item IN SELECT * FROM track LOOP
		IF item.id = 1 THEN
			SELECT string_agg(kinds::text, ' ') INTO other FROM kinds;
		END IF;
		result := result || item.title;
	END LOOP;
	RETURN md5(result || other);
END $$;
SQL
}

# A program that runs postgres under valgrind; what valgrind says stands in the log.
sub program
{
	my ($folder) = @_;
	my $path = "$folder/postgres";

	open(my $file, '>', $path) or die "$path: $!\n";
	print $file "#!/bin/sh\nexec /usr/bin/valgrind --leak-check=full --show-leak-kinds=definite"
	  . " --errors-for-leak-kinds=definite --track-origins=yes --num-callers=60 --fullpath-after= --log-file=$folder/valgrind"
	  . ' ' . bindir() . "/postgres \"\$\@\"\n";
	close $file;
	chmod 0755, $path;
	return $path;
}

# Errors with a frame of the wrapper in a stack.  Processes of one cluster share the log.
sub errors
{
	my ($log) = @_;
	my $top = build_folder() =~ s{/[^/]+/?$}{}r;
	my %said;

	$said{$1} .= "$2\n" while $log =~ /^==(\d+)== ?(.*)$/mg;
	return grep { m{\Q$top\E/(?!build/root)\S*\.[ch]:|tds_mirror_fdw\.so} }
	  grep { /\b(?:Invalid|uninitialised|definitely lost|overlap|Mismatched|Process terminating)\b/ }
	  map { split /\n\n+/ } values %said;
}

# FreeTDS itself looks at what FreeTDS itself has not set: nothing of the wrapper was read or written.
sub inside_freetds
{
	my ($error) = @_;
	my ($used, $made) = split /^ *Uninitialised value was created by .*\n/m, $error;

	return $used =~ /\buninitialised\b/ && defined $made && !grep { (first_frame($_) // '') !~ /libsybdb/ } $used, $made;
}

# The innermost frame outside the C library and valgrind's replacements of it.
sub first_frame
{
	my ($stack) = @_;

	return (grep { !m{/libc\.so|/vg_replace_|/vgpreload_} } $stack =~ /^ +(?:at|by) (0x.*)$/mg)[0];
}

# check(good, what) judges; share of the cases; returns statements run,
# how many errors are FreeTDS's own, and the others.
sub backend_under_valgrind
{
	my ($check, $share) = @_;
	my $folder = scratch_folder('valgrind_backend');
	my $pair = TdsMirror::Pair->start(prefix => 'backend-', script => remote_script());
	my $cluster = TdsMirror::Cluster->start('backend', program => program($folder), shared_buffers => '8MB',
		max_connections => 10, autovacuum => 'off', max_logical_replication_workers => 0, jit => 'off');
	my $psql = $cluster->session(timeout => 600);
	my ($statements, $due) = (0, 0);
	my %whole;

	$psql->query(local_sql($pair));
	my $backend = $psql->backend;
	for my $name (sort keys %query)
	{
		my ($sql, @rows) = @{ $query{$name} };
		$whole{$name} = $psql->query($sql);
		for my $point ((map { [ row => $_ ] } @rows), [ 'batch' ])
		{
			for my $action (@actions)
			{
				$due += $share;
				next if $due < 1;
				$due -= 1;
				$statements += 2;
				my $fault = join ' ', $point->[0], $action, $point->[1] // ();
				$pair->a->control("fault $fault" . ($name eq 'lookups' ? ' skip 2' : ''));
				my ($ok, $out, $err, $state) = $psql->try($sql);
				my $all = $point->[0] eq 'batch' || $point->[1] == 1 || $action eq 'reset';
				$check->($ok && $all ? $out eq $whole{$name} : $state =~ /^08(?:006|P01)$/,
					"valgrind, $name, $fault: the whole, or 08006 or 08P01: $out$err");
				$check->(grep({ /^$point->[0] $action .* hits 1 / } $pair->a->control('faults')) == 1, "valgrind, $name, $fault: it has struck");
				$pair->a->control('clear');
				($ok, $out, $err) = $psql->try($sql);
				$check->($ok && $out eq $whole{$name}, "valgrind, $name, $fault: the next statement is whole: $out$err");
			}
		}
	}
	$check->($pair->a->counter($_) > 0, "valgrind: $_") for 'prepares', 'executions';
	$check->($psql->query('SELECT pg_backend_pid()') == $backend, 'valgrind: one backend has seen all that');
	$psql->quit;
	wait_until('the backend has ended', 60, sub { return !kill 0, $backend; });
	my $log = slurp("$folder/valgrind");
	$check->($log =~ /^==$backend== HEAP SUMMARY/m, 'valgrind has seen the backend end');
	$cluster->stop;
	$pair->stop;
	my @errors = errors($log);
	my @ours = grep { !inside_freetds($_) } @errors;
	return ($statements, @errors - @ours, @ours);
}

1;
