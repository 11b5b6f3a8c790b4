# Scene.pm: a cluster, a pair with a witness, and clients that work on both.

package Scene;

use strict;
use warnings;
use Client;
use Conversation;
use Faults qw(settle mirroring_of principal_of);
use Moves;
use POSIX ();
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(scratch_folder slurp wait_until);
use TdsMirror::Pair;
use Told;
use Time::HiRes qw(time);

# Clients 1 .. 5 have a commit log, the others have none.
our $clients = 8;
our %marked = map { $_ => 1 } 1 .. 5;

# Of COMMIT, and then of finding out what became of it; who asks gives up before the
# bound when there is no time for another pause.
our $bound = 8;
my $pause = 1.2;

my %options = (login_timeout => '30 s', silence_check => '1 s', commit_timeout => "$bound s", lock_timeout => '5 s');
my @running;

sub server_of { return $marked{ $_[0] } ? 'marked' : 'plain'; }

sub start
{
	my ($class) = @_;
	my $self = bless { folder => scratch_folder('logs'), struck => [], absent => [] }, $class;

	$self->{cluster} = TdsMirror::Cluster->start('chaos', log_min_messages => 'warning', log_statement => 'none');
	$self->{pair} = TdsMirror::Pair->start(prefix => 'chaos-', witness => 1,
		script => 'ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON');
	$self->{pair}->a->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
	$self->{admin} = Conversation->start($self->{cluster}->port, name => 'admin');
	for my $server ('marked', 'plain')
	{
		$self->sql($_) for split /;\n/, server_sql($self->{pair}, name => $server, application_name => "chaos $server",
			commit_log_table => $server eq 'marked' ? 'dbo.commit_log' : undef, %options);
	}
	$self->sql($_) for "SELECT tds_mirror_create_commit_log('marked')", split /\n/, $Moves::functions_sql;
	push @running, $self;
	return $self;
}

sub pair { return $_[0]{pair}; }
sub database { return $_[0]{pair}->database; }

# One statement of the administrator; its rows.
sub sql
{
	my ($self, $sql) = @_;
	my $answer = $self->{admin}->run($sql);

	die "$sql: $answer->{state} $answer->{error}\n" if $answer->{state} ne '';
	return $answer->{rows};
}

# Tables for one part of the test, here and there.
sub create_part
{
	my ($self, $part) = @_;

	settle($self->{pair})->tsql(Moves::remote_sql($part), database => $self->database);
	for my $server ('marked', 'plain')
	{
		$self->sql($_) for split /;\n/, Moves::local_sql($part, $server, "${server}_$part");
	}
	mkdir "$self->{folder}/$part";
	return Told->new("$self->{folder}/$part", $clients);
}

sub start_clients
{
	my ($self, $part, $told, $seed, %more) = @_;

	for my $number (1 .. $clients)
	{
		push @{ $self->{clients} }, Client->start(number => $number, seed => $seed, port => $self->{cluster}->port,
			schema => server_of($number) . "_$part", log => $told->log_path($number),
			others => [ map { $_->{pipe} } @{ $self->{clients} } ], %more);
	}
	return;
}

# The partners count bulk loads, each until it dies.
sub note_loads
{
	my ($self, $principal) = @_;
	my $count = $principal->counter('bulk_loads');

	$self->{loads} = $count if $count > ($self->{loads} // 0);
	return;
}

# How many transactions have ended; dies when a client has.
sub progress
{
	my ($self, $told) = @_;

	for my $client (@{ $self->{clients} })
	{
		next if waitpid($client->{pid}, POSIX::WNOHANG()) == 0;
		die "client $client->{number} has ended by itself, see $client->{log}.errors\n";
	}
	return $told->read_logs;
}

# Each ends its transaction; its backend stays.
sub stop_clients
{
	my ($self, $told) = @_;

	print { $_->{pipe} } "stop\n" for @{ $self->{clients} };
	wait_until('all clients have ended their transactions', 120, sub { $self->progress($told); return $told->idle });
	return;
}

# Clients and administrator leave the partners.
sub disconnect
{
	my ($self) = @_;

	for my $client (@{ delete $self->{clients} // [] })
	{
		close $client->{pipe};
		waitpid($client->{pid}, 0);
		die "client $client->{number} ended with status $?, see $client->{log}.errors\n" if $? != 0;
	}
	$self->sql('SELECT tds_mirror_disconnect_all()');
	return;
}

# Client N's backend was canceled or terminated, or is about to be.
sub note_strike
{
	my ($self, $client, $time) = @_;
	push @{ $self->{struck} }, [ $client, $time ];
	return;
}

# Nobody served from then to then.
sub note_absence
{
	my ($self, $from, $to) = @_;
	push @{ $self->{absent} }, [ $from, $to ];
	return;
}

# May the outcome of this transaction be unknown although it has a commit log?  When its
# backend was struck, or when nobody served for as long as the bound.
sub excused
{
	my ($self, $known) = @_;
	my ($sent, $ended) = @{$known}{qw(sent ended)};
	my $struck = grep { $_->[0] == $known->{client} && $_->[1] > $known->{began} - 1 && $_->[1] < $ended } @{ $self->{struck} };
	my $absent = grep { $sent < $_->[1] && $ended > $_->[0] && $ended - $sent > $bound - $pause } @{ $self->{absent} };

	return $struck || $absent;
}

# What the cluster's log says of backends that died of anything but a request to.
sub crashes
{
	my ($self) = @_;
	return grep { /terminated by signal|PANIC|TRAP|server process/ } split /\n/, slurp($self->{cluster}->log_file);
}

# What the partners say of themselves, in lines.
sub testimony
{
	my ($self) = @_;
	my @lines;

	for my $instance ($self->{pair}->a, $self->{pair}->b)
	{
		my @events = eval { $instance->control('events') };
		splice @events, 0, @events - 12 if @events > 12;
		push @lines, map { "    $instance->{name}: $_" } 'state ' . join(' ', mirroring_of($self->{pair}, $instance)), @events;
	}
	return @lines;
}

sub stop
{
	my ($self) = @_;

	@running = grep { $_ != $self } @running;
	$self->{admin}->quit;
	$self->{pair}->stop;
	$self->{cluster}->stop;
	return;
}

END
{
	my $status = $?;
	kill 'KILL', map { $_->{pid} } map { @{ $_->{clients} // [] } } @running;
	$? = $status;
}

1;
