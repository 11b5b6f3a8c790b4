# Backend.pm: a bare PostgreSQL client that knows when its first row came.
#
# psql takes milliseconds to start and to read a line; what is measured here takes
# as much itself.  Several backends can be waited for at once.  A cancel is the
# protocol's own: a connection of its own to the postmaster.

package Backend;

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $protocol = 196608;
my $cancel_code = 80877102;

sub now { return clock_gettime(CLOCK_MONOTONIC); }

# Connects and says who it is; a server in recovery is asked again for a while.
sub start
{
	my ($class, $port, %options) = @_;
	my $end = now() + 30;

	while (1)
	{
		my $self = eval { $class->launch($port, %options) };
		$self->wait_until(sub { $self->{ready} || $self->{closed} }, 30) if $self;
		return $self if $self && $self->{ready};
		die 'cannot start a backend: ' . ($self ? $self->{error} // 'closed' : $@) . "\n" if now() > $end;
		select undef, undef, undef, 0.05;
	}
}

# The same without waiting for an answer; sql, if given, goes out at once.
sub launch
{
	my ($class, $port, %options) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp')
	  or die "cannot connect to the cluster: $!\n";
	my $self = bless { port => $port, socket => $socket, in => '', rows => [], ready => 0 }, $class;
	my $body = join '', map { "$_\0" } user => 'lab', database => 'postgres',
	  application_name => $options{name} // 'bench';

	$self->write(pack('NN', length($body) + 9, $protocol) . "$body\0");
	return $self;
}

sub write
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		my $count = syswrite($self->{socket}, $bytes) // die "write to a backend: $!\n";
		substr($bytes, 0, $count) = '';
	}
	return;
}

sub send
{
	my ($self, $sql) = @_;

	@{$self}{qw(first ended state error)} = ();
	$self->{rows} = [];
	$self->{ready} = 0;
	$self->{sent} = now();
	$self->write('Q' . pack('N', length($sql) + 5) . "$sql\0");
	return;
}

sub take
{
	my ($self, $type, $body) = @_;

	if ($type eq 'D')
	{
		my $count = unpack('n', $body);
		my $at = 2;
		my @row;

		$self->{first} //= now();
		for (1 .. $count)
		{
			my $length = unpack('l>', substr($body, $at, 4));
			push @row, $length < 0 ? undef : substr($body, $at + 4, $length);
			$at += 4 + ($length < 0 ? 0 : $length);
		}
		push @{ $self->{rows} }, \@row if @{ $self->{rows} } < 100;
	}
	elsif ($type eq 'E')
	{
		my %field = map { substr($_, 0, 1) => substr($_, 1) } grep { length } split /\0/, $body;
		$self->{state} //= $field{C};
		$self->{error} //= join '; ', grep { defined } @field{qw(M D)};
	}
	elsif ($type eq 'K')
	{
		@{$self}{qw(pid key)} = unpack('NN', $body);
	}
	elsif ($type eq 'Z')
	{
		$self->{ready} = 1;
		$self->{ended} = now();
	}
	return;
}

# Reads what has come.
sub pump
{
	my ($self) = @_;
	my $count = sysread($self->{socket}, $self->{in}, 65536, length $self->{in});

	if (!$count)
	{
		$self->{closed} = 1;
		$self->{ended} //= now();
		$self->{error} //= 'the backend has closed the connection';
		return;
	}
	while (length $self->{in} >= 5)
	{
		my ($type, $length) = unpack('aN', $self->{in});
		last if length $self->{in} < $length + 1;
		if ($type eq 'R' && unpack('N', substr($self->{in}, 5, 4)) != 0)
		{
			die "the cluster asks for a password\n";
		}
		$self->take($type, substr($self->{in}, 5, $length - 4));
		substr($self->{in}, 0, $length + 1) = '';
	}
	return;
}

sub finished { return $_[0]{ready} || $_[0]{closed}; }

# Until condition holds; false after seconds.
sub wait_until
{
	my ($self, $condition, $seconds) = @_;
	my $end = now() + $seconds;
	my $select = IO::Select->new($self->{socket});

	until ($condition->())
	{
		my $left = $end - now();
		return 0 if $left <= 0 || $self->{closed};
		$self->pump if $select->can_read($left);
	}
	return 1;
}

sub finish
{
	my ($self, $seconds) = @_;
	return $self->wait_until(sub { $self->finished }, $seconds // 120);
}

# All of them; false when some have not finished after seconds.
sub finish_all
{
	my ($seconds, @backends) = @_;
	my $end = now() + $seconds;

	while (my @open = grep { !$_->finished } @backends)
	{
		my %of = map { $_->{socket} => $_ } @open;
		my $left = $end - now();
		return 0 if $left <= 0;
		$of{$_}->pump for IO::Select->new(map { $_->{socket} } @open)->can_read($left);
	}
	return 1;
}

# (ok, the first column of the first row or the error)
sub answer
{
	my ($self) = @_;
	return (0, "$self->{error}") if defined $self->{error};
	return (1, @{ $self->{rows} } ? $self->{rows}[0][0] : '');
}

sub query
{
	my ($self, $sql, $seconds) = @_;

	$self->send($sql);
	$self->finish($seconds // 120) or die "no answer: $sql\n";
	my ($ok, $value) = $self->answer;
	die "$sql: $value\n" unless $ok;
	return $value;
}

# The SQLSTATE, '' when it succeeds.
sub try
{
	my ($self, $sql, $seconds) = @_;

	$self->send($sql);
	$self->finish($seconds // 120) or die "no answer: $sql\n";
	return $self->{state} // ($self->{closed} ? 'closed' : '');
}

# Milliseconds from sending to the first row; undef without one.
sub milliseconds
{
	my ($self) = @_;
	return defined $self->{first} && !defined $self->{error} ? 1000 * ($self->{first} - $self->{sent}) : undef;
}

sub cancel
{
	my ($self) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Proto => 'tcp')
	  or die "cannot connect to the cluster: $!\n";

	$self->{cancelled} = now();
	syswrite($socket, pack('NNNN', 16, $cancel_code, $self->{pid}, $self->{key}));
	close $socket;
	return;
}

sub quit
{
	my ($self) = @_;

	return unless $self->{socket};
	local $SIG{PIPE} = 'IGNORE';
	syswrite($self->{socket}, pack('aN', 'X', 4));
	close $self->{socket};
	delete $self->{socket};
	return;
}

1;
