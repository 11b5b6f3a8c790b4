# A principal that is frozen keeps its connections: only the other partner can tell.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('silence');
my $pair = TdsMirror::Pair->start(prefix => 'silence-', witness => 1, script => track_script());
my ($a, $b) = ($pair->a, $pair->b);
my $psql = $cluster->session;

$a->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
$psql->query(server_sql($pair, login_timeout => '60 s', silence_check => '1 s') . track_table_sql() . who_table_sql()
	  . server_sql($pair, name => 'deaf', login_timeout => '60 s', silence_check => '0')
	  . 'CREATE SCHEMA deaf; SET search_path = deaf; ' . who_table_sql('deaf') . 'RESET search_path');

sub asked
{
	my ($server) = @_;
	return $psql->query("SELECT failover_attempts FROM tds_mirror_partners WHERE server_name = '" . ($server // 'erp') . "'");
}

# A statement that takes 5 s: the mirror is asked after 1 s, and after 2 more.
is($psql->query('SELECT instance FROM who'), 'A', 'A is the principal');
is(asked(), 0, 'nobody has asked the mirror');
$a->control('fault batch delay 5000');
is($psql->query('SELECT instance FROM who'), 'A', 'a long statement is waited for');
is(asked(), 2, 'and the mirror asked meanwhile, twice');
is($psql->query('SELECT count(*) FROM track'), track_rows(), 'the session is the same');
is(asked(), 2, 'and quick statements ask nobody');

# The answer comes while the mirror is being asked.
$b->control('fault login delay 2500');
$a->control('fault batch delay 1800');
is($psql->query('SELECT instance FROM who'), 'A', 'an answer ends the question');
is(asked(), 3, 'which had begun');
$b->control('clear');

# The mirror does not want the password: it is left alone.
$b->control('fault login error 18456 count 100');
$a->control('fault batch delay 4500');
is($psql->query('SELECT instance FROM who'), 'A', 'the mirror refuses the login: the statement does not mind');
is(asked(), 4, 'and it is asked once');
$a->control('fault batch delay 2500 count 3');
is($psql->query('SELECT ' . join ' || ', ('(SELECT instance FROM who)') x 3), 'AAA', 'a statement that waits for three of its own');
is(asked(), 5, 'asks once, too');
$b->control('clear');

# Canceled in the middle of the question.
$b->control('fault login hang count 100');
$a->control('fault batch hang');
my $start = time;
my ($ok, $out, $err, $state) = $psql->try("SET statement_timeout = '1500ms'; SELECT instance FROM who");
is($state, '57014', 'a question can be canceled');
cmp_ok(time - $start, '<', 8, 'soon');
$_->control('clear') for $a, $b;
is($psql->query('RESET statement_timeout; SELECT instance FROM who'), 'A', 'and the next statement works');

# Rows that have begun to come: nobody is asked.
my $before = asked();
$a->control('fault row hang 1000');
$psql->send('SELECT count(*) FROM (SELECT FROM track OFFSET 0) AS t');
wait_until('the rows have stopped', 20, sub { grep { /\brow\b/ } $a->control('events') });
sleep 3;
$a->control('clear');
is(($psql->finish)[1], track_rows(), 'a pause between rows');
is(asked(), $before, 'asks nobody');

# Never, if so told.
is($psql->query('SELECT instance FROM deaf.who'), 'A', 'another server, without silence_check');
$a->control('fault batch delay 2500 skip 0');
is($psql->query('SELECT instance FROM deaf.who'), 'A', 'waits, too');
is(asked('deaf'), 0, 'and asks nobody');

# A is frozen, and B takes over.
my ($fds) = $psql->footprint;
$a->freeze;
$pair->wait_principal($b);
$start = time;
is($psql->query('SELECT instance FROM who'), 'B', 'a frozen principal: the statement is sent to the new one');
cmp_ok(time - $start, '<', 10, 'soon');
is($psql->query("SELECT switches FROM tds_mirror_partners WHERE server_name = 'erp'"), 1, 'and the switch is known');
$a->thaw;
$pair->wait_synchronized;
$pair->wait_witness;
is(($psql->footprint)[0], $fds, 'no socket is left');

# The same inside a remote transaction: it is lost.
$psql->query('BEGIN ISOLATION LEVEL SERIALIZABLE');
is($psql->query('SELECT instance FROM who'), 'B', 'in a remote transaction');
$b->freeze;
$pair->wait_principal($a);
($ok, $out, $err, $state) = $psql->try('SELECT instance FROM who');
is($state, '08006', 'a frozen principal takes it with it: 08006');
like($err, qr/the principal has changed/, 'for that reason');
$psql->query('ROLLBACK');
is($psql->query('SELECT instance FROM who'), 'A', 'the next one is the new principal\'s');
$b->thaw;

$psql->quit;
$pair->stop;

done_testing();
