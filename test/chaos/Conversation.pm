# Conversation.pm: a bare PostgreSQL client that also feeds COPY and reads command tags.

package Conversation;

use strict;
use warnings;
use Backend;

our @ISA = ('Backend');

# One statement, and for COPY its data.  Returns a hash: state ('' when it
# succeeded, 'closed' when the connection ended without a word), error, tag, rows,
# and closed when the connection is gone.
sub run
{
	my ($self, $sql, $copy) = @_;
	local $SIG{PIPE} = 'IGNORE';

	@{$self}{qw(tag copy)} = ('', $copy);
	$self->{closed} = 1 unless eval { $self->send($sql); 1 };
	$self->finish(180) or return { state => 'silent', error => "no answer for 180 s: $sql", closed => 1, rows => [] };
	return { state => $self->{state} // ($self->{ready} ? '' : $self->{farewell} // 'closed'), error => $self->{error} // '',
		tag => $self->{tag}, rows => $self->{rows}, closed => $self->{closed} };
}

# What a backend says that is terminated between two statements is no answer to the former.
sub take
{
	my ($self, $type, $body) = @_;

	if ($type eq 'E' && $self->{ready})
	{
		($self->{farewell}) = map { /^C(.*)/s ? $1 : () } split /\0/, $body;
		return;
	}
	$self->{tag} = $body =~ s/\0\z//r if $type eq 'C';
	if ($type eq 'G')
	{
		my $data = $self->{copy} // '';
		$self->{closed} = 1 unless eval { $self->write('d' . pack('N', length($data) + 4) . $data . 'c' . pack('N', 4)); 1 };
	}
	return $self->SUPER::take($type, $body);
}

1;
