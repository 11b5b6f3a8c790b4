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
use TdsMirror::Lab qw(slurp);

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
	answers($top, $page);
	numbers($top, $page);
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

# What is said of a partner that is not the principal: by these calls and tables.
my @sayings = (
	qr/knock_failed\([^;]*?"([^"]+)"/, qr/problem = "([^"]+)"/, qr/why = "([^"]+)"/, qr/strlcpy\(\w+->problem, "([^"]+)"/,
	qr/\[REASON_\w+\] = "([^"]+)"/,
	qr/tmf_attempt_fail_unreachable\(\w+, "([^"]+)"/, qr/wire_note\(conn, "([^"]+)"/,
	qr/\{PAIR_OUTCOME_\w+, "\w+", "([^"]+)"/, qr/refuse\(search, \w+, "([^"]+)"/,
	qr/return "([a-z][a-z, ]{10,})";/);

# The table "answer" has them all, and every one that it has is somewhere in src/session or src/wire.
sub answers
{
	my ($top, $page) = @_;
	my @files = map { glob("$top/src/session/$_.c") } qw(attempt encryption probe failover role browser);
	my $text = join '', map { slurp($_) } @files, "$top/src/wire/connect.c";
	my ($table) = grep { $_->[0][0] eq 'answer' } Page->tables($page->parts);
	my %said = map { $_ => 1 } map { $_->[0] =~ /`([^`]+)`/g } @$table[ 1 .. $#$table ];
	my %known;

	$known{$_} = 1 for map { my $saying = $_; $text =~ /$saying/g } @sayings;
	ok(scalar(keys %known) > 15, 'answers of partners were found');
	my @missing = grep { !$said{$_} } sort keys %known;
	my @stale = grep { !/^error \d+$/ && index($text, qq("$_")) < 0 } sort keys %said;
	ok(!@missing, 'doc/troubleshooting.md: every answer of a partner', @missing);
	ok(!@stale, 'doc/troubleshooting.md: nobody says otherwise of a partner', @stale);
	return;
}

# The table "number" agrees with the verdict table.
sub numbers
{
	my ($top, $page) = @_;
	my %state_of = slurp("$top/src/pure/verdict_table.c") =~ /^\t\{(?:SERVER|CLIENT), (\d+), \w+, \w+, "(\w{5})"/mg;
	my ($table) = grep { $_->[0][0] eq 'number' } Page->tables($page->parts);
	my @wrong = grep { ($state_of{ $_->[0] } // '') ne $_->[1] } @$table[ 1 .. $#$table ];

	ok(@$table > 10 && !@wrong, 'doc/troubleshooting.md: SQLSTATEs of numbers', map { "$_->[0] $_->[1]" } @wrong);
	return;
}

sub pattern_of
{
	my ($text) = @_;
	my $pattern = join '.+?', map { quotemeta } split /%(?:[-0-9.*]*)(?:l|ll|z)?[a-zA-Z]/, $text, -1;
	return qr/^$pattern$/;
}

1;
