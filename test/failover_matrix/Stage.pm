# Stage.pm: the two pairs and the cluster on which all cells are played.
#
# "trio" has a witness, and a mirroring timeout of a second; "duo" has none.  A is
# always the initial partner, and always the one to which a fault happens.

package Stage;

use strict;
use warnings;
use Socket qw(:DEFAULT inet_aton pack_sockaddr_in SO_REUSEADDR SOL_SOCKET);
use Fcntl qw(F_SETFL O_NONBLOCK);
use POSIX ();
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

our $log_table = 'dbo.commit_log';

sub new
{
	my ($class) = @_;
	my $self = bless { pairs => {}, holes => [] }, $class;

	$self->{cluster} = TdsMirror::Cluster->start('matrix');
	$self->{admin} = $self->{cluster}->session(name => 'admin');
	$self->{admin}->query('CREATE TABLE wanted AS SELECT i * 350 AS id FROM generate_series(1, 10) i; ANALYZE wanted');
	return $self;
}

sub cluster { return $_[0]{cluster}; }
sub admin { return $_[0]{admin}; }

# The pair of that name, started when first asked for.
sub pair
{
	my ($self, $name) = @_;

	return $self->{pairs}{$name} //= do {
		my $pair = TdsMirror::Pair->start(prefix => "matrix-$name-", witness => $name eq 'trio',
			script => track_script() . "CREATE TABLE dbo.ledger (id int NOT NULL PRIMARY KEY, note nvarchar(20) NOT NULL)\ngo\n");

		$pair->a->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
		$pair;
	};
}

# (role, state, sequence, safety, witness) by the control socket; nothing when it is dead.
sub mirroring
{
	my ($instance) = @_;
	my ($line) = grep { /^erp / } eval { $instance->control('state') } or return;
	return (split ' ', $line)[1 .. 5];
}

sub is_alive
{
	my ($instance) = @_;
	return $instance->{pid} && waitpid($instance->{pid}, POSIX::WNOHANG()) == 0 && kill 0, $instance->{pid};
}

sub freeze
{
	my ($instance) = @_;

	$instance->freeze;
	$instance->{frozen} = 1;
	return;
}

sub thaw
{
	my ($instance) = @_;

	$instance->thaw if delete $instance->{frozen};
	return;
}

# Ends every fault: the pair is as on its first day, but for who is principal.
sub heal
{
	my ($self, $pair) = @_;

	close $_ for splice @{ $self->{holes} };
	for my $instance (grep { defined } $pair->a, $pair->b, $pair->witness)
	{
		thaw($instance);
		$instance->launch unless is_alive($instance);
		$instance->control($_) for 'clear', 'partition off', 'refuse off';
	}
	return;
}

# The principal of a healthy pair.
sub settled
{
	my ($self, $pair) = @_;

	return wait_until('the pair is whole again', 30, sub {
		for my $instance ($pair->a, $pair->b)
		{
			my ($role, $state, undef, undef, $witness) = mirroring($instance) or return;
			next unless $role eq 'PRINCIPAL';
			$instance->try_tsql('ALTER DATABASE erp SET PARTNER RESUME') if $state eq 'SUSPENDED';
			return $instance if $state eq 'SYNCHRONIZED' && ($witness eq 'CONNECTED' || !$pair->witness);
		}
		return;
	});
}

# Healthy, and with this one ("a" or "b") as principal.
sub ready
{
	my ($self, $name, $wanted) = @_;
	my $pair = $self->pair($name);

	$self->heal($pair);
	my $principal = $self->settled($pair);
	return $pair if $principal == $pair->$wanted;
	wait_until('the failover is accepted', 20, sub { ($principal->control('failover erp'))[0] eq 'ok' });
	wait_until('the roles have changed', 20, sub { $self->settled($pair) == $pair->$wanted });
	return $pair;
}

# A pair that does not come back is replaced.
sub replace
{
	my ($self, $name) = @_;
	my $pair = delete $self->{pairs}{$name} or return;

	close $_ for splice @{ $self->{holes} };
	$pair->stop;
	return;
}

sub serving
{
	my ($instance) = @_;
	return !$instance->{frozen} && is_alive($instance) && ((mirroring($instance))[0] // '') eq 'PRINCIPAL'
	  && ($instance->try_tsql('SELECT 1', database => 'erp', timeout => 5))[0];
}

sub wait_serving
{
	my ($self, $instance) = @_;
	wait_until("$instance->{name} serves", 30, sub { serving($instance) });
	return;
}

# From now on A's port swallows SYNs: a listener whose queue is full.
sub hole
{
	my ($self, $instance) = @_;
	my $address = pack_sockaddr_in($instance->port, inet_aton($instance->address));

	$instance->control('refuse on');
	socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, pack('i', 1));
	bind($listener, $address) or die "bind: $!\n";
	listen($listener, 0) or die "listen: $!\n";
	push @{ $self->{holes} }, $listener;
	for (1 .. 4)
	{
		socket(my $filler, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
		fcntl($filler, F_SETFL, O_NONBLOCK);
		connect($filler, $address);
		push @{ $self->{holes} }, $filler;
	}
	sleep 0.05;
	return;
}

# The server "erp" anew: nobody knows anything about it.
sub describe
{
	my ($self, $pair, %options) = @_;

	$self->admin->query("SET client_min_messages = warning; DROP SERVER IF EXISTS erp CASCADE");
	$self->admin->query(server_sql($pair, %options) . track_table_sql() . who_table_sql());
	return;
}

# How often the principal holds rows of these ids, as a part of all that were to be written.
sub times_written
{
	my ($self, $instance, $from, $to, $rows) = @_;
	my $out = $instance->tsql("SELECT COUNT(*) FROM dbo.ledger WHERE id BETWEEN $from AND $to", database => 'erp');
	my ($count) = $out =~ /(\d+)/;

	return $count / $rows;
}

sub stop
{
	my ($self) = @_;

	$self->admin->quit;
	$_->stop for values %{ $self->{pairs} };
	$self->{cluster}->stop;
	return;
}

1;
