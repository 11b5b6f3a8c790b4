#!/usr/bin/perl
# every fact is whole, and its name is its own
use strict;
use warnings;

use lib 'test/facts';
use FactFile;

my @facts = eval { FactFile::read_facts(sort glob('test/facts/*.facts')) };

if ($@)
{
	print $@;
	exit 1;
}
print "no fact is there\n" unless @facts;
exit(@facts ? 0 : 1);
