# isolation.pl [SPEC...]: pg_isolation_regress on isolation/specs/*.spec against a server.
#
# The database has the tables of isolation/setup.tsql, once by server "erp", which
# waits for locks, and once, with "quick_" before their names, by "quick", which
# gives up after a moment.

use strict;
use warnings;
use File::Basename qw(basename);
use FindBin;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(bindir scratch_folder slurp);

my $top = "$FindBin::Bin/../..";
my $input = "$top/isolation";
my @specs = @ARGV ? @ARGV : map { basename($_, '.spec') } sort glob("$input/specs/*.spec");
my $instance = TdsMirror::Instance->start('A', folder => 'isolation-A');
my $cluster = TdsMirror::Cluster->start('isolation');
my $out = scratch_folder('isolation-out');

$instance->tsql('CREATE DATABASE erp');
$instance->tsql(slurp("$input/setup.tsql"), database => 'erp');
my $session = $cluster->session;
$session->query('CREATE DATABASE isolation');
$session = $cluster->session(database => 'isolation');
my $address = $instance->address . ',' . $instance->port;
$session->query('CREATE EXTENSION tds_mirror_fdw');
for my $server ([ 'erp', '' ], [ 'quick', ", lock_timeout '300 ms'" ])
{
	my ($name, $more) = @$server;
	my $prefix = $name eq 'erp' ? '' : 'quick_';

	$session->query(<<"SQL");
CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '$address', database 'erp'$more);
CREATE USER MAPPING FOR CURRENT_USER SERVER $name
	OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password');
CREATE FOREIGN TABLE ${prefix}account (id int OPTIONS (key 'true'), branch int, balance int) SERVER $name
	OPTIONS (schema_name 'dbo', table_name 'account');
CREATE FOREIGN TABLE ${prefix}branch (id int OPTIONS (key 'true'), rank int) SERVER $name OPTIONS (schema_name 'dbo', table_name 'branch');
SQL
}
$session->quit;

chomp(my $pgxs = `@{[$ENV{PG_CONFIG} // "pg_config"]} --pgxs`);
(my $program = $pgxs) =~ s{src/makefiles/pgxs\.mk$}{src/test/isolation/pg_isolation_regress};
open(my $run, '-|', $program, '--bindir', bindir(), '--host', '127.0.0.1', '--port', $cluster->port,
	'--user', 'lab', '--inputdir', $input, '--outputdir', $out, '--use-existing', '--dbname', 'isolation', @specs)
  or die "cannot run $program: $!\n";

# "test NAME ... ok" up to version 15, "ok 1 - NAME" since.
my ($passed, $failed) = (0, 0);
while (my $line = <$run>)
{
	print $line;
	$passed++ if $line =~ /^(?:test\s.*\.\.\. ok|ok\s+\d)/;
	$failed++ if $line =~ /^(?:test\s.*\.\.\. FAILED|not ok\s+\d)/;
}
my $status = close($run) ? 0 : 1;

print slurp("$out/regression.diffs") if $failed && -e "$out/regression.diffs";
$failed++ if $status != 0 && !$failed;
print "isolation: $passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
