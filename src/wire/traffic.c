/*
 * src/wire/traffic.c
 *		What the kernel knows of a connection's bytes, and FreeTDS does not say.
 *
 * FreeTDS reads on its own and counts nothing.  The socket can be asked beside
 * it: for what has arrived, and, before FreeTDS reads, for what comes next.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>

#ifdef __linux__
#include <linux/tcp.h>
#endif

#include "wire_int.h"

#define PACKET_HEADER	8
#define PACKET_REPLY	0x04
#define PACKET_LAST		0x01

int64_t
wire_bytes_received(const WireConn *conn)
{
#ifdef __linux__
	struct tcp_info info = {0};
	socklen_t	size = sizeof(info);

	if (conn == NULL || conn->dead || conn->socket < 0 ||
		getsockopt(conn->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
		size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received))
		return -1;
	return (int64_t) info.tcpi_bytes_received;
#else
	(void) conn;
	return -1;
#endif
}

int64_t
wire_bytes_taken(const WireConn *conn, bool at_most)
{
	int			before = 0;
	int			after = 0;
	int64_t		received;

	if (conn->socket < 0 || ioctl(conn->socket, FIONREAD, &before) != 0)
		return -1;
	received = wire_bytes_received(conn);
	if (received < 0 || ioctl(conn->socket, FIONREAD, &after) != 0)
		return -1;
	/* bytes may arrive between these calls */
	return received - (at_most ? before : after);
}

bool
wire_unread(const WireConn *conn)
{
	int			size = 0;

	return conn->socket >= 0 && ioctl(conn->socket, FIONREAD, &size) == 0 && size > 0;
}

/*
 * FreeTDS reads whole packets.  Under TLS the header cannot be seen, and the
 * answer is no.
 */
bool
wire_next_packet_is_last(const WireConn *conn)
{
	unsigned char header[PACKET_HEADER];

	return conn->socket >= 0 &&
		recv(conn->socket, header, sizeof(header), MSG_PEEK | MSG_DONTWAIT) == sizeof(header) &&
		header[0] == PACKET_REPLY && (header[1] & PACKET_LAST) != 0;
}
