# Cell.pm: plays one cell of the table and judges what it has seen.
#
# play() returns the list of what was wrong, empty when all is well; it dies with
# "hang" when the statement did not come back, and with "early" when the roles had
# changed before the fault.

package Cell;

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use TdsMirror::Foreign qw(track_rows);
use Faults qw(fault_of hold await_hold strike open_fault commit_fault);
use Stage;

our $patience = 25;		# seconds after which a statement hangs

my $rows = track_rows();
my $all = $rows . '|' . $rows * ($rows + 1) / 2;

# What is sent, what comes back when all is well, and which request of it meets the fault.
my %statements = (
	'SELECT' => { sql => 'SELECT count(*), sum(id) FROM (SELECT id FROM track OFFSET 0) AS travelling', answer => $all },
	'inner scan' => { sql => 'SELECT count(*), sum(t.id) FROM wanted w JOIN track t ON t.id = w.id', answer => '10|19250' },
	'FETCH' => { sql => 'FETCH 10000 FROM c', declare => 'DECLARE c NO SCROLL CURSOR HOLD FOR SELECT id FROM track' },
	'write' => { sql => "SELECT tds_mirror_exec('erp', 'INSERT INTO dbo.ledger (id, note) VALUES (ID, N''cell'')')",
		answer => '1', skip => 1 },
	'failover' => { sql => "SELECT old_principal, new_principal FROM tds_mirror_failover('erp', 'PATIENCE')", skip => 2 },
);
my $write_many = "SELECT count(*) FROM tds_mirror_query('erp', 'INSERT INTO dbo.ledger (id, note) OUTPUT inserted.id "
  . "SELECT ID + id, N''cell'' FROM dbo.track') AS t(id int)";

my @planner = map { "SET $_ = off" } qw(enable_hashjoin enable_mergejoin enable_memoize enable_material);

sub new
{
	my ($class, $stage, $cell) = @_;
	my $self = bless { stage => $stage, cell => $cell, fault => fault_of($cell), id => $cell->{number} * 10000,
		rows => 1, wrong => [] }, $class;

	$self->{how} = $statements{ $cell->{statement} };
	$self->{sql} = $self->{how}{sql};
	if ($cell->{statement} eq 'write' && $cell->{moment} eq 'mid-rows')
	{
		$self->{sql} = $write_many;
		$self->{rows} = $rows;
	}
	$self->{sql} =~ s/\bID\b/$self->{id}/;
	$self->{sql} =~ s/PATIENCE/$cell->{fault} =~ m{SIGSTOP|neither} ? '8 s' : '3 s'/e;
	return $self;
}

sub wrong { my ($self, $text) = @_; push @{ $self->{wrong} }, $text; return; }

# How the server is described in this cell.
sub options
{
	my ($self) = @_;
	my ($fault, $moment, $statement, $given) = @{ $self->{cell} }{qw(fault moment statement settings)};
	my %options = (login_timeout => '8 s', silence_check => '500 ms', commit_timeout => '2 s');

	$options{login_timeout} = '2 s' if $fault eq 'both down';
	$options{query_timeout} = '1500 ms' if $fault eq 'SIGSTOPped' && $moment eq 'mid-rows' && $statement ne 'inner scan';
	if ($given->{log})
	{
		$options{commit_log_table} = $Stage::log_table;
		$options{commit_timeout} = $fault =~ /^neither/ ? '10 s' : '5 s';
	}
	return %options;
}

# A backend of its own, with the planner bent to what the table speaks of.
sub connect
{
	my ($self) = @_;
	my $opening = $self->{fault}{opens} && $self->{cell}{moment} eq 'no session';

	$self->{pair} = $self->{stage}->ready($self->{fault}{pair}, $opening ? 'b' : 'a');
	$self->{stage}->describe($self->{pair}, $self->options);
	$self->{stage}->admin->query("SELECT tds_mirror_create_commit_log('erp')") if $self->{cell}{settings}{log};
	$self->{psql} = $self->{stage}->cluster->session(name => 'cell', timeout => $patience);
	$self->{psql}->query("LOAD 'tds_mirror_fdw'");
	$self->{psql}->query($_) for @planner;
	$self->{sockets} = $self->sockets;
	return;
}

sub sockets
{
	my ($self) = @_;
	my $pid = $self->{psql}->backend;
	return scalar grep { (readlink($_) // '') =~ /^socket:/ } glob("/proc/$pid/fd/*");
}

sub attempts
{
	my ($self) = @_;
	return $self->{psql}->query("SELECT coalesce(sum(initial_attempts), 0) FROM tds_mirror_partners WHERE server_name = 'erp'");
}

sub run
{
	my ($self, $sql) = @_;
	$self->{psql}->query($sql);
	return;
}

# Before anything is to happen: who the session leads to must be the one it will
# happen to.  A partner that was frozen a moment ago can lose its role late.
sub expect_at_a
{
	my ($self) = @_;
	my $a = $self->{pair}->a;
	my $address = $self->{psql}->query('SELECT address FROM tds_mirror_connections');

	die "early\n" unless $address eq $a->address . ',' . $a->port;
	return;
}

sub open_session
{
	my ($self) = @_;

	$self->run('SELECT * FROM who');
	$self->expect_at_a;
	return;
}

# The first write of the transaction, whose fate is counted.
sub begin_with_write
{
	my ($self) = @_;

	$self->run('BEGIN');
	$self->run($statements{write}{sql} =~ s/\bID\b/$self->{id}/r);
	$self->expect_at_a;
	return;
}

# Sends the statement, does what is to happen meanwhile, and waits for the answer.
sub ask
{
	my ($self, $meanwhile) = @_;

	$self->{psql}->send($self->{sql});
	$meanwhile->() if $meanwhile;
	my $good = eval { @{$self}{qw(ok out err state)} = $self->{psql}->finish; 1; };
	if (!$good)
	{
		die $@ unless $@ =~ /timeout/;
		die "hang\n";
	}
	$self->{state} = 'gone' if $self->{err} =~ /^PANIC|server closed the connection|connection to server was lost/m;
	return;
}

sub later
{
	my ($self) = @_;
	my ($stage, $pair, $fault, $thaw) = (@{$self}{qw(stage pair fault)}, $self->{cell}{settings}{thaw});

	$fault->{later}->($stage, $pair) if $fault->{later};
	if ($thaw)
	{
		sleep $thaw / 1000;
		Stage::thaw($pair->a);
		$pair->a->control('clear');
	}
	return;
}

# The answer to the request itself is the fault.
sub ask_spoken
{
	my ($self, $line) = @_;

	hold($self->{pair}, $line);
	$self->ask;
	$self->wrong('the fault was never met') unless ($self->{pair}->a->control('wait fault 0'))[0] eq 'ok';
	return;
}

# The request is held, and then it happens.
sub ask_held
{
	my ($self, $line) = @_;

	hold($self->{pair}, $line);
	$self->ask(sub { $self->strike_held; });
	return;
}

sub strike_held
{
	my ($self) = @_;

	await_hold($self->{pair});
	$self->strike_now;
	$self->{stage}->wait_serving($self->{pair}->b) if $self->{fault}{settles};
	$self->{pair}->a->control("clear $_") for $self->{pair}->a->{frozen} || !Stage::is_alive($self->{pair}->a) ? () : qw(batch row);
	$self->later;
	return;
}

sub strike_now
{
	my ($self) = @_;
	strike(@{$self}{qw(stage pair fault)});
	return;
}

sub open_cursor
{
	my ($self) = @_;
	my ($cell, $how) = @{$self}{qw(cell how)};

	return unless $how->{declare};
	$self->run('BEGIN') unless $self->{begun};
	my $hold = $cell->{moment} eq 'during COMMIT' ? 'WITH HOLD' : '';
	$self->run($how->{declare} =~ s/HOLD/$hold/r);
	$self->{begun} = 1;
	return;
}

# After 100 rows, with the server held behind the thousandth.
sub fetch_some
{
	my ($self) = @_;

	$self->{before} = 100;
	$self->run('FETCH 100 FROM c');
	return;
}

my %moments = (
	'no session' => sub {
		my ($self) = @_;
		my ($pair, $fault) = @{$self}{qw(pair fault)};

		$self->{attempts} = 0;
		if ($fault->{happens})
		{
			$self->strike_now;
			$self->{stage}->settled($pair) if $self->{cell}{fault} =~ /^(?:planned|automatic) failover/;
		}
		elsif ($fault->{opens})
		{
			open_fault($self->{stage}, $pair, $fault);
		}
		else
		{
			hold($pair, "batch $fault->{says}");
		}
		$self->open_cursor;
		$self->ask(sub { $self->later; });
		return;
	},
	'idle session' => sub {
		my ($self) = @_;

		$self->open_session;
		$self->{attempts} = $self->attempts;
		$self->open_cursor;
		if ($self->{fault}{idle})
		{
			$self->{pair}->a->control($self->{fault}{idle});
			sleep 0.1;
		}
		else
		{
			$self->strike_now;
		}
		$self->ask(sub { $self->later; });
		return;
	},
	'before the first row' => sub {
		my ($self) = @_;
		my $skip = $self->{how}{skip} // 0;

		$self->open_session;
		$self->{attempts} = $self->attempts;
		$self->open_cursor;
		return $self->ask_spoken("batch $self->{fault}{says} skip $skip") if $self->{fault}{says};
		return $self->ask_held("batch hang skip $skip");
	},
	'mid-rows' => sub {
		my ($self) = @_;
		my $fault = $self->{fault};
		my $inner = $self->{cell}{statement} eq 'inner scan';

		$self->open_session;
		$self->{attempts} = $self->attempts;
		$self->open_cursor;
		if ($inner)
		{
			return $fault->{says} ? $self->ask_spoken("batch $fault->{says} skip 2") : $self->ask_held('batch hang skip 2');
		}
		if ($self->{how}{declare})
		{
			hold($self->{pair}, 'row ' . ($fault->{says} && !$fault->{mid} ? $fault->{says} =~ s/ .*//r : 'hang') . ' 1000');
			$self->fetch_some;
			return $self->ask if $fault->{says} && !$fault->{mid};
			return $self->ask(sub { $fault->{mid} ? $self->cut_held : $self->strike_held; });
		}
		if ($fault->{says} && !$fault->{mid})
		{
			return $self->ask_spoken('row ' . ($fault->{says} =~ s/ .*//r) . ' 1000');
		}
		hold($self->{pair}, 'row hang 1000');
		return $self->ask(sub { $fault->{mid} ? $self->cut_held : $self->strike_held; });
	},
	'in a remote transaction' => sub {
		my ($self) = @_;
		my ($fault, $cell) = @{$self}{qw(fault cell)};

		$self->begin_with_write;
		$self->{begun} = 1;
		$self->open_cursor;
		$self->{sql} =~ s/$self->{id}/$self->{id} + 1/e;
		$self->{sql} = q{DO $$ BEGIN PERFORM * FROM (} . $self->{sql} . q{) q; EXCEPTION WHEN OTHERS THEN NULL; END $$}
		  if $cell->{settings}{swallow};
		if ($cell->{statement} eq 'failover')
		{
			$self->ask;
		}
		elsif ($fault->{says})
		{
			$self->ask_spoken("batch $fault->{says}");
		}
		else
		{
			$self->strike_now;
			$self->ask(sub { $self->later; });
		}
		return unless $cell->{settings}{swallow};
		$self->wrong("the handler has not caught the error: $self->{state}") unless $self->{ok};
		$self->{sql} = 'COMMIT';
		$self->ask;
		return;
	},
	'during COMMIT' => sub {
		my ($self) = @_;
		my ($fault, $pair) = @{$self}{qw(fault pair)};

		if ($self->{how}{declare})
		{
			$self->open_cursor;
			hold($pair, 'row hang 1000');
			$self->fetch_some;
			$self->{sql} = 'COMMIT';
			return $self->ask(sub { $fault->{mid} ? $self->cut_held : $self->strike_held; });
		}
		my ($line, $then) = commit_fault($self->{cell}, $fault);

		$self->begin_with_write;
		$self->{sql} = 'COMMIT';
		hold($pair, $line);
		$self->ask(sub {
			$then->($self->{stage}, $pair) if $then;
			$self->later;
		});
		return;
	},
);

sub cut_held
{
	my ($self) = @_;

	await_hold($self->{pair});
	$self->{pair}->a->control('cut');
	return;
}

# Are these all the rows?
sub complete
{
	my ($self) = @_;
	my $cell = $self->{cell};
	my @lines = split /\n/, $self->{out};

	return $self->{out} eq '' if $self->{sql} eq 'COMMIT';
	if ($cell->{statement} eq 'FETCH')
	{
		my ($sum, %seen) = (0);
		$sum += $_ for grep { !$seen{$_}++ } @lines;
		return keys %seen == $rows && @lines == $rows && $sum == $rows * ($rows + 1) / 2;
	}
	return $self->{out} eq $self->{how}{answer};
}

# The outcome in the words of the table.
sub seen
{
	my ($self) = @_;

	return $self->{state} if $self->{state} ne '' || !$self->{ok};
	if ($self->{cell}{statement} eq 'failover')
	{
		my ($old, $new) = split /\|/, $self->{out};
		my $instance = ($new // '') eq 'A' ? $self->{pair}->a : $self->{pair}->b;

		return 'switched' if ($old // '') =~ /^[AB]$/ && ($new // '') =~ /^[AB]$/ && $old ne $new && Stage::serving($instance);
		return "a switch that is none ($self->{out})";
	}
	return 'incomplete (' . substr($self->{out}, 0, 40) . ')' unless $self->complete;
	my $side = $self->{psql}->query("SELECT principal FROM tds_mirror_partners WHERE server_name = 'erp'");
	return $side eq 'failover' ? 'other' : 'same';
}

# The backend goes on: at the partner that is left, or when the fault is over.
sub aftermath
{
	my ($self) = @_;
	my ($cell, $pair, $psql, $stage) = @{$self}{qw(cell pair psql stage)};
	my $heal = $cell->{fault} eq 'both down' || $cell->{settings}{alone} || $cell->{statement} eq 'failover';

	$psql->query('ROLLBACK') if $cell->{moment} =~ /transaction|COMMIT/ || $self->{how}{declare};
	$psql->query('RESET statement_timeout');
	if ($heal)
	{
		$stage->heal($pair);
		$stage->settled($pair);
	}
	elsif (!Stage::serving($pair->b))
	{
		$stage->wait_serving($self->{fault}{says} && Stage::serving($pair->a) ? $pair->a : $pair->b);
	}
	my $before = $self->attempts;
	my ($ok, $out, $err, $state) = eval { $psql->try($statements{SELECT}{sql}) };
	die "hang\n" if $@ =~ /timeout/;
	$self->wrong('the next statement: ' . ($ok ? $out : $err)) unless $ok && $out eq $all;
	$self->wrong('the next statement asked the partner again that had failed')
	  if $self->{seen} eq 'other' && !$heal && $cell->{moment} =~ /session/ && $self->attempts > $before;
	my $sockets = $self->sockets - $self->{sockets};
	$self->wrong("$sockets sockets are open") if $sockets > 1;
	(undef, undef, undef, $state) = $psql->try("SET statement_timeout = '100ms'; SELECT pg_sleep(10)");
	$self->wrong('statement_timeout does not cancel a local query any more') unless $state eq '57014';
	return;
}

# How often what was written is there: "0", "1", or a part of it.
sub written
{
	my ($self) = @_;
	my ($a, $b) = ($self->{pair}->a, $self->{pair}->b);
	my $principal = Stage::serving($b) ? $b : $a;
	my $times = $self->{stage}->times_written($principal, $self->{id}, $self->{id} + 9999, $self->{rows});

	return $times == 0 || $times == 1 ? "$times" : sprintf('%.3f', $times);
}

sub judge
{
	my ($self) = @_;
	my $times = $self->{times};

	for my $outcome (@{ $self->{cell}{outcomes} })
	{
		my ($word, $wanted) = @$outcome;

		next unless $word eq $self->{seen} || $word eq 'answered' && $self->{seen} =~ /^(?:other|same)$/;
		next if defined $wanted && $wanted ne '*' && $wanted ne $times;
		next if defined $wanted && $times !~ /^[01]$/;
		return;
	}
	my $seen = $self->{seen} . (defined $times ? "/$times" : '');
	$self->wrong("want $self->{cell}{text}, got $seen" . ($self->{err} ne '' ? ": $self->{err}" : ''));
	return;
}

sub play
{
	my ($self) = @_;
	my $cell = $self->{cell};
	my $timeout = $cell->{settings}{statement_timeout};

	$self->connect;
	$self->{psql}->query("SET statement_timeout = $timeout") if $timeout && $cell->{moment} eq 'no session';
	if ($timeout && $cell->{moment} ne 'no session')
	{
		$self->run('SELECT * FROM who');
		$self->{psql}->query("SET statement_timeout = $timeout");
	}
	my $start = time;
	$moments{ $cell->{moment} }->($self);
	$self->{elapsed} = time - $start;
	$self->{seen} = $self->seen;
	$self->aftermath;
	$self->{times} = $self->written if grep { defined $_->[1] } @{ $cell->{outcomes} };
	$self->judge;
	$self->{psql}->quit;
	return @{ $self->{wrong} };
}

1;
