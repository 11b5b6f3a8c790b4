# What backends tell each other in shared memory, where extensions have some: from
# version 17 on.  The file counts; where it cannot be written, memory is what is left.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Lab qw(append_file bindir);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('memory');
my $pair = TdsMirror::Pair->start(prefix => 'memory-');
my ($a, $b) = ($pair->a, $pair->b);
my $setup = $cluster->session;
my $shared = $setup->query('SHOW server_version_num') >= 170000 ? 't' : 'f';
my $folder = "$cluster->{folder}/data/tds_mirror_fdw";
my $view = 'SELECT coalesce((SELECT concat_ws($$|$$, from_file, coalesce(principal, $$-$$)) FROM tds_mirror_partners '
  . 'WHERE server_name = $$erp$$), $$nothing$$)';

# In a backend of its own: what a statement gives, and what the view says then.
sub fresh
{
	my ($sql) = @_;
	my $psql = $cluster->session;
	my ($ok, $out, $err) = $psql->try($sql);
	my $seen = $psql->query($view);

	$psql->quit;
	return "$out $seen";
}

sub restart
{
	$cluster->run(bindir() . '/pg_ctl', '-D', "$cluster->{folder}/data", '-m', 'fast', '-w', '-s', '-l', "$cluster->{folder}/log", 'restart');
	return;
}

# No file can be written: there is one in the place of the folder.
append_file($folder, 'in the way');
$setup->query(server_sql($pair, login_timeout => '5 s') . who_table_sql());
my $reader = $cluster->session;
is($reader->query('SELECT instance FROM who'), 'A', 'A is principal');
is(fresh('SELECT 1'), '1 ' . ($shared eq 't' ? 't|initial' : 'nothing'), 'which the next backend knows from memory');
$a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($b);
is($setup->query('SELECT instance FROM who'), 'B', 'a failover is followed');
is($reader->query($view), $shared eq 't' ? 't|failover' : 'f|initial', 'and known to a backend that knew better before');
$a->freeze;
my $asked = $shared eq 't' ? '0' : '[1-9]\d*';
my $psql = $cluster->session;
is($psql->query('SELECT instance FROM who'), 'B', 'a new backend finds B');
like($psql->query('SELECT initial_attempts FROM tds_mirror_partners'), qr/^$asked$/, 'without asking A where memory told it');
$psql->quit;
$a->thaw;
$pair->wait_synchronized;

# Other options, other pairs.
$setup->query("ALTER SERVER erp OPTIONS (SET login_timeout '6 s')");
is(fresh('SELECT 1'), '1 ' . ($shared eq 't' ? 't|failover' : 'nothing'), 'options that it does not depend on leave it');
$setup->query("ALTER SERVER erp OPTIONS (ADD partner_policy 'configured')");
is(fresh('SELECT 1'), '1 nothing', 'under other options it does not count');
$setup->query("ALTER SERVER erp OPTIONS (DROP partner_policy)");

# Forgotten by one is forgotten by all.
fresh('SELECT instance FROM who');
$setup->query("SELECT tds_mirror_forget('erp')");
unlike(fresh('SELECT 1'), qr/failover|initial/, 'forgotten');
unlike($reader->query($view), qr/failover|initial/, 'by a backend that knew it, too') if $shared eq 't';

# A file is written as soon as it can be, and outlives the server; memory does not.
is(fresh('SELECT instance FROM who'), 'B ' . ($shared eq 't' ? 't' : 'f') . '|failover', 'learned again');
$_->quit for $setup, $reader;
restart();
is(fresh('SELECT 1'), '1 nothing', 'after a restart memory is empty');
unlink $folder;
fresh('SELECT instance FROM who');
ok(-d $folder, 'a file is written');
is(fresh('SELECT 1'), '1 t|failover', 'which the next backend knows');
restart();
is(fresh('SELECT 1'), '1 t|failover', 'after a restart, too');
unlink glob "$folder/*/*";
is(fresh('SELECT 1'), '1 nothing', 'who removes the file removes it from memory');

$pair->stop;

done_testing();
