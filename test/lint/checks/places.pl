#!/usr/bin/perl
# each deed has its one place: waiting, connecting, reporting, FreeTDS's handlers
use strict;
use warnings;

use Lint;

# what, where it may be called, why nowhere else
my @rules = (
	[
		qr{\b(?:WaitLatch|WaitLatchOrSocket|WaitEventSetWait)\b},
		qr{^src/session/wait\.c$},
		'wait by tmf_wait...() of session/wait.h, which serves interrupts'
	],
	[
		qr{\b(?:poll|ppoll|select|pselect|epoll_wait)\s*\(},
		qr{^src/(?:session/wait|wire/connect)\.c$},
		'wait by session/wait.h; wire/connect.c alone looks at a socket, without waiting'
	],
	[
		qr{\b(?:sleep|usleep|nanosleep|clock_nanosleep|pg_usleep)\s*\(},
		qr{^$}, 'nothing sleeps: wait by session/wait.h, which serves interrupts'
	],
	[
		qr{\b(?:dbopen|tdsdbopen)\s*\(},
		qr{^src/wire/connect\.c$},
		'connections are opened by wire_open()'
	],
	[
		qr{\b(?:dberrhandle|dbmsghandle)\s*\(},
		qr{^src/wire/handlers\.c$},
		'the handlers belong to the process, and to wire/handlers.c'
	],
	[
		qr{\bdbexit\s*\(}, qr{^$},
		'it closes the connections of everybody in this process'
	],
	[
		qr{\b(?:ereport|elog|errmsg|PG_TRY|palloc)\b},
		qr{^(?!(?:src|include)/(?:wire|pure)/)},
		'pure and wire return a status: nothing may jump through FreeTDS'
	],
	[
		qr{\b(?:malloc|calloc|realloc|free|strdup|time|clock|clock_gettime|gettimeofday|rand|random|printf|fprintf|fopen|getenv)\s*\(},
		qr{^(?!(?:src|include)/pure/)},
		'pure has no memory, clock, chance or files: let the caller pass it in'
	],
	[
		qr{\b(?:setjmp|sigsetjmp|longjmp|siglongjmp)\s*\(},
		qr{^$}, 'raise by ereport() outside FreeTDS, return a status inside'
	],
	[
		qr{\b(?:signal|sigaction|pqsignal)\s*\(},
		qr{^$}, "the backend's signal handlers are not ours to change"
	],
	[
		qr{(?<![\w>.])(?:exit|_exit|abort)\s*\(},
		qr{^$}, 'a backend is not ours to end'
	]);

for my $path (files(qr{^(?:src|include)/.*\.[ch]$|^tds_mirror_fdw\.c$}))
{
	my $number = 0;

	for my $line (code($path))
	{
		$number++;
		for my $rule (@rules)
		{
			my ($deed, $home, $remedy) = @{$rule};

			problem("$path:$number", (($& =~ s/\s*\($//r) . ": $remedy"))
			  if $path !~ $home && $line =~ $deed;
		}
	}
}

finish();
