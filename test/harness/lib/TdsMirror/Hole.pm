# TdsMirror/Hole.pm: hosts that swallow packets, or accept connections and say nothing.
#
# Each function answers with what must be kept: the host is gone when it is.

package TdsMirror::Hole;

use strict;
use warnings;
use Exporter 'import';
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket;
use TdsMirror::Lab qw(wait_until);

our @EXPORT_OK = qw(bound black_hole);

# A socket that accepts as many connections as its queue takes, and reads none.
sub bound
{
	my ($address, $port, $backlog) = @_;

	socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
	wait_until("$address,$port is free", 10, sub {
		bind($socket, sockaddr_in($port, inet_aton($address)));
	});
	listen($socket, $backlog) or die "listen: $!\n";
	return $socket;
}

# Its queue is full: the kernel drops each further SYN.
sub black_hole
{
	my ($address, $port) = @_;
	my @sockets = (bound($address, $port, 0));

	while (1)
	{
		socket(my $filler, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
		fcntl($filler, F_SETFL, fcntl($filler, F_GETFL, 0) | O_NONBLOCK);
		connect($filler, sockaddr_in($port, inet_aton($address)));
		my $ready = '';
		vec($ready, fileno($filler), 1) = 1;
		last if !select(undef, $ready, undef, 0.05);
		push @sockets, $filler;
		die "the queue of $address,$port does not fill\n" if @sockets > 100;
	}
	return \@sockets;
}

1;
