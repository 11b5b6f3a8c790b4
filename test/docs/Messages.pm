# Messages.pm: doc/troubleshooting.md has every error that the sources may raise.
#
# A message stands in backticks in the first column of a table whose heading begins
# with "message" and "SQLSTATE"; names and figures in it are examples.

package Messages;

use strict;
use warnings;
use Page;
use Source;
use Tally qw(ok);

# What nobody meets: the beginning of the message, and why.
my @internal = (
	[ 'the remote catalog cannot be read', 'an answer of the catalog that no SQL Server gives' ],
	[ 'could not open a descriptor to wait', 'the operating system refuses an epoll descriptor' ],
	[ 'could not generate random values', 'the operating system has no random bytes' ]);

sub check
{
	my ($top) = @_;
	my @messages = Source->messages($top, Source->states);
	my $page = Page->new($top, 'doc/troubleshooting.md');
	my @said;

	ok(@messages > 100, 'messages of the sources were found');
	for my $table (grep { "@{$_->[0]}[0, 1]" eq 'message SQLSTATE' } Page->tables($page->parts))
	{
		push @said, map { { text => $_->[0] =~ /^`(.*)`$/ ? $1 : $_->[0], states => $_->[1] } } @$table[ 1 .. $#$table ];
	}
	for my $message (@messages)
	{
		$message->{pattern} = pattern_of($message->{text});
		next unless $message->{level} =~ /\b(?:ERROR|FATAL|PANIC|WARNING)\b/;
		next if grep { index($message->{text}, $_->[0]) == 0 } @internal;
		my @found = grep { $_->{text} =~ $message->{pattern} } @said;
		my @states = sort keys %{ $message->{states} };
		my @wrong = grep { my $text = $_->{states}; @states && !grep { $text =~ /\b$_\b/ } @states } @found;
		ok(@found && @wrong < @found, "doc/troubleshooting.md: $message->{text}",
			"$message->{where} raises it" . (@states ? " with @states" : ''),
			map { "there with SQLSTATE $_->{states}" } @wrong);
	}
	my @patterns = map { $_->{pattern} } @messages;
	for my $said (@said)
	{
		my @found = grep { $said->{text} =~ $_ } @patterns;
		ok(scalar @found, "doc/troubleshooting.md: somebody says: $said->{text}");
	}
	my @stale = grep { my $row = $_; !grep { index($_->{text}, $row->[0]) == 0 } @messages } @internal;
	ok(!@stale, 'the list of internal messages is that of the sources', map { $_->[0] } @stale);
	return;
}

sub pattern_of
{
	my ($text) = @_;
	my $pattern = join '.+?', map { quotemeta } split /%(?:[-0-9.*]*)(?:l|ll|z)?[a-zA-Z]/, $text, -1;
	return qr/^$pattern$/;
}

1;
