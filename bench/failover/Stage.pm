# Stage.pm: the pair that is measured, and what is made of its partners.
#
# Both partners have the same port at addresses of their own, because the peers
# cannot give a partner its own port.  A host that swallows packets, or accepts
# connections and says nothing, takes the place of a partner: the stand-in closes
# its port, and a socket of ours is bound there.

package Stage;

use strict;
use warnings;
use IO::Socket::INET;
use TdsMirror::Hole qw(bound black_hole);
use TdsMirror::Lab qw(free_port slurp wait_until);
use TdsMirror::Pair;
use Time::HiRes qw(sleep);

sub start
{
	my ($class, %options) = @_;
	my $port = free_port();
	my $pair = TdsMirror::Pair->start(prefix => 'failover-', witness => 1, script => $options{script},
		a => { port => $port, address => '127.0.0.1', advertise => '127.0.0.1' },
		b => { port => $port, address => '127.0.0.2', advertise => '127.0.0.2' });

	$pair->a->tsql("ALTER DATABASE erp SET PARTNER TIMEOUT 1");
	return bless { pair => $pair, port => $port, a => $pair->a, b => $pair->b, holes => {} }, $class;
}

sub other { return $_[1] == $_[0]{a} ? $_[0]{b} : $_[0]{a}; }

# "PRINCIPAL SYNCHRONIZED CONNECTED": its role, its state and its witness's.
sub words
{
	my ($self, $instance) = @_;
	my ($line) = grep { /^erp / } $instance->control('state');
	return join ' ', (split ' ', $line // '')[1, 2, 5];
}

# Until the pair could fail over again.  Both are heard: a principal that was
# frozen still believes, for a moment, that it is one.
sub settle
{
	my ($self) = @_;

	wait_until('the pair has settled', 60, sub {
		my $words = join ', ', sort map { $self->words($_) } @{$self}{qw(a b)};
		return $words =~ /^MIRROR SYNCHRONIZED \w+, PRINCIPAL SYNCHRONIZED CONNECTED$/;
	});
	return;
}

# Makes instance the principal, when it is not.
sub lead
{
	my ($self, $instance) = @_;

	$self->settle;
	return if $self->words($instance) =~ /^PRINCIPAL/;
	$self->hand_over($self->other($instance));
	$self->{pair}->wait_principal($instance);
	$self->settle;
	return;
}

sub hand_over
{
	my ($self, $from) = @_;

	$from->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
	return;
}

# Something else at the partner's address: "refused", "black hole" or "silent".
sub replace
{
	my ($self, $instance, $by) = @_;
	my ($address, $port) = ($instance->address, $instance->port);

	$instance->control('refuse on');
	$self->{holes}{$address} = $by eq 'black hole' ? black_hole($address, $port)
	  : $by eq 'silent' ? [ bound($address, $port, 512) ]
	  : [];
	return;
}

# The partner has its address, its senses and its process back.
sub restore
{
	my ($self, $instance) = @_;

	delete $self->{holes}{ $instance->address };
	$instance->control('clear');
	$instance->control('refuse off');
	wait_until("$instance->{name} listens again", 20, sub {
		IO::Socket::INET->new(PeerAddr => $instance->address, PeerPort => $instance->port, Proto => 'tcp', Timeout => 1);
	});
	return;
}

# SYNs that full queues of this machine have dropped.
sub dropped_syns
{
	my ($names, $values) = slurp('/proc/net/netstat') =~ /^TcpExt: (.*ListenOverflows.*)\nTcpExt: (.*)$/m
	  or return;
	my %count;

	@count{ split ' ', $names } = split ' ', $values;
	return $count{ListenOverflows};
}

sub stop
{
	my ($self) = @_;

	$self->{holes} = {};
	$self->{pair}->stop;
	return;
}

1;
