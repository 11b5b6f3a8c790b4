# stream.pl: the faults that a client meets on its own connection.
#
# Each is set to let some requests pass, to strike, and to strike no more, for
# one application; another one, and a session that was open all along, must not
# notice.

use strict;
use warnings;
use Drill qw(ok client start_client still_running finish_client strikes hits);
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);
use Time::HiRes qw(sleep time);

my $query = 'SELECT id FROM standin_rows(5)';
my $whole = join "\n", 1 .. 5;
my $after = "SELECT id FROM standin_rows(5)\ngo\nSELECT 'alive'\ngo";

my $lost = qr{^$|Unexpected EOF|(?:Read from|Write to) the server failed|connection failed|Unable to connect|tds_submit_query\(\) failed};
my $bad_stream = qr/Bad token|Unexpected EOF|connection failed/;
my $cut_value = qr/$bad_stream|^(?:1\n2\n3)?$/;	# tsql of FreeTDS 1.5 ends there in silence

# Point, action and argument; what the client says of it.  "passes": how often the
# client passes the point in a run.  "nameless": before any application is known.
# "later": and strikes the pass after the first.  "sql": what it runs; "alive": whether the session can be used afterwards.
my @cases = (
	['accept close' => $lost, nameless => 1],
	['accept reset' => $lost, nameless => 1],
	['prelogin close' => $lost, nameless => 1],
	['prelogin reset' => $lost, nameless => 1],
	['login close' => $lost],
	['login reset' => $lost],
	['login error 4060' => qr/Msg 4060 .*Msg 18456 /s],
	['login error 18456' => qr/Msg 18456 .*Login failed for user 'sa'/s],
	['login error 17832' => qr/Msg 17832 /],
	['login garbage' => $bad_stream],
	['login overrun' => $bad_stream],
	['login envchange' => $bad_stream],
	['login packet' => $bad_stream],
	['loginack close' => $lost],
	['loginack reset' => $lost],
	['batch close' => $lost],
	['batch reset' => $lost],
	['batch error 1205' => qr/Msg 1205 \(severity 13/, sql => $after, passes => 2, alive => 1],
	['batch error 1222' => qr/Msg 1222 \(severity 16/, sql => $after, passes => 2, alive => 1],
	['batch error 701' => qr/Msg 701 \(severity 17/, sql => $after, passes => 2, alive => 1],
	['batch error 596' => qr/Msg 596 \(severity 21/, sql => $after, passes => 2, alive => 0],
	['batch fatal 50777' => qr/Msg 50777 \(severity 21/, sql => $after, passes => 2, alive => 0],
	['batch garbage' => qr/Bad token/],
	['batch overrun' => $bad_stream],
	['batch envchange' => $bad_stream],
	['batch plp_cut' => $cut_value],
	['batch plp_short' => qr/62726f6b656e/i],
	['batch packet' => $bad_stream],
	['row close 3' => qr/^1\n2\n3\n.*(?:Unexpected EOF|failed)/s],
	['row reset 3' => qr/$lost|^1\n2\n3$/],
	['row error 3' => qr/^1\n2\n3\nMsg 1222 /, sql => $after, alive => 1],
	['row fatal 3' => qr/^1\n2\n3\nMsg 596 \(severity 21/, sql => $after, alive => 0],
	['row garbage 3' => qr/Bad token/],
	['row overrun 3' => $bad_stream],
	['row envchange 3' => $bad_stream],
	['row plp_cut 3' => $cut_value],
	['row plp_short 3' => qr/62726f6b656e/i],
	['row packet 3' => $bad_stream],
	['send close' => $lost, passes => 2, later => 1],
	['send reset' => $lost, passes => 2, later => 1],
);
my @hanging = ('accept', 'prelogin', 'login', 'loginack', 'batch', 'row 3', 'send');

my $instance = TdsMirror::Instance->start('FAULTS');
my $bystander = start_bystander();
my $asked = 0;

# A session that stays open; each question must be answered with its number.
sub start_bystander
{
	my $self = start_client($instance, 'bystander', "SELECT 'here'\ngo", timeout => 600);

	return $self;
}

sub bystander_answers
{
	my ($what) = @_;

	$asked++;
	$bystander->{in} .= "SELECT 'answer $asked'\ngo\n";
	my $good = eval {
		my $end = time + 5;
		while ($bystander->{out} !~ /answer $asked\n/ && time < $end)
		{
			$bystander->{run}->pump_nb;
			sleep 0.005;
		}
		$bystander->{out} =~ /answer $asked\n/;
	};
	ok($good, "$what: an open session of another application goes on", $bystander->{out});
}

# One run of the client, and whether it saw what it should.
sub run_client
{
	my ($what, $application, $case, $strikes) = @_;
	my ($spec, $says, %options) = @$case;
	my $out = client($instance, $application, $options{sql} // $query);

	if (!$strikes)
	{
		ok($out =~ /^$whole(?:\nalive)?$/, "$what: does not strike", $out);
		return;
	}
	ok($out =~ $says && $out !~ /^$whole$/m, "$what: strikes", $out);
	ok(($out =~ /alive/) == $options{alive}, "$what: the session " . ($options{alive} ? 'lives' : 'ends'), $out)
	  if defined $options{alive};
}

sub check_record
{
	my ($what, $spec, $application, $count) = @_;
	my ($point, $action, $argument) = split ' ', $spec;
	my @hits = hits($instance, $point);
	my @events = strikes($instance, $point);
	my $event = join ' ', $action, $argument || 0, $application || ();

	ok("@hits" eq "$count 0", "$what: counted", "@hits");
	ok(@events >= $count && !(grep { $_ ne $event } @events[-$count .. -1]), "$what: recorded",
		join "\n", $event, @events);
}

for my $case (@cases)
{
	my ($spec, $says, %options) = @$case;
	my $passes = $options{passes} // 1;
	my $count = $passes > 1 ? 1 : 2;
	my $skip = $passes + ($options{later} // 0);
	my $scope = $options{nameless} ? '' : 'drill one';
	my ($point) = split ' ', $spec;

	$instance->control('clear');
	my ($answer) = $instance->control("fault $spec skip $skip count $count" . ($scope ? " scope $scope" : ''));
	ok($answer eq 'ok', "$spec: set", $answer);
	run_client($spec, 'drill one', $case, 0);
	for (1 .. $count)
	{
		# a client may have tried again by itself
		last unless (hits($instance, $point))[1];
		run_client("$spec, another application", 'drill two', $case, 0) if $scope;
		run_client("$spec, time $_", 'drill one', $case, 1);
	}
	run_client("$spec, over", 'drill one', $case, 0);
	check_record($spec, $spec, $scope, $count);
	bystander_answers($spec);
}

# Silence: until it is cleared, and then everything goes on.
for my $spec (@hanging)
{
	my ($point, $argument) = split ' ', $spec;
	my $scope = $point =~ /accept|prelogin/ ? '' : 'drill one';

	$instance->control('clear');
	$instance->control('wait fault 0');
	$instance->control("fault $point hang " . ($argument // '') . ($scope ? " scope $scope" : ''));
	my $client = start_client($instance, 'drill one', $query);
	my ($answer) = $instance->control('wait fault 20000');
	ok($answer eq 'ok' && still_running($client), "$spec hang: the client waits", $client->{out});
	ok(client($instance, 'drill two', $query) eq $whole, "$spec hang: others do not");
	bystander_answers("$spec hang");
	check_record("$spec hang", "$point hang " . ($argument // ''), $scope, 1);
	$instance->control("clear $point");
	my $out = finish_client($client);
	ok($out eq $whole, "$spec hang: cleared, it goes on", $out);
}

# Delays, and a slow link: no faster than asked for.
for my $spec ('login delay 400', 'batch delay 400', 'send delay 400', 'row delay 3', 'send throttle 400')
{
	my ($point) = split ' ', $spec;
	my $start = time;

	$instance->control('clear');
	$instance->control("fault $spec scope drill one");
	my $out = client($instance, 'drill one', $query);
	my $took = time - $start;
	ok($out eq $whole && $took >= 0.4, "$spec: whole, and late", sprintf "%.2f s\n%s", $took, $out);
	check_record($spec, $spec, 'drill one', 1);
	bystander_answers($spec);
}

# Refused: by the port, at once, for everybody who is not connected yet.
$instance->control('refuse on');
my $start = time;
my $out = client($instance, 'drill one', $query);
ok($out =~ /$lost|Unable to connect|Connection refused/, 'refuse on: no connection', $out);
bystander_answers('refuse on');
$instance->control('refuse off');
ok(client($instance, 'drill one', $query) eq $whole, 'refuse off: connected');
ok(1 == (() = grep { /\brefuse on$/ } $instance->control('events')), 'refuse: recorded');

# What makes no sense is refused, and "wait" does not wait for what has been seen.
for my $bad ('nowhere close', 'batch nothing', 'accept error 5', 'batch error', 'row close', 'batch ignore',
	'accept close scope x', 'batch close skip', 'batch close count 0', 'send throttle 0', 'batch error 1 2')
{
	my ($answer) = $instance->control("fault $bad");
	ok($answer =~ /^error: /, "fault $bad: refused", $answer);
}
$instance->control('wait fault 0');
ok(($instance->control('wait fault 50'))[0] eq 'timeout', 'wait: an event is seen once');
ok(($instance->control('wait fault'))[0] =~ /^error: /, 'wait: needs a time');

# The same language in T-SQL.
$instance->control('clear');
client($instance, 'drill one', "EXEC standin_fault 'batch', 'error', 1222, 1, 1, 'drill one'");
run_client('EXEC standin_fault, skipped', 'drill one', ['', qr/x/], 0);
run_client('EXEC standin_fault', 'drill one', ['', qr/Msg 1222 /], 1);
check_record('EXEC standin_fault', 'batch error 1222', 'drill one', 1);

# Deadlock victims lose their transaction.
$instance->control('clear');
$instance->control('fault batch error 1205 skip 1 scope drill one');
$out = client($instance, 'drill one', "BEGIN TRANSACTION\ngo\nSELECT 1\ngo\nSELECT \@\@TRANCOUNT\ngo");
ok($out =~ /Msg 1205 .*^0$/ms, 'error 1205 rolls back', $out);

$bystander->{run}->kill_kill;
return $instance;
