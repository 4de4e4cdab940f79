#!/usr/bin/perl
# filters.pl 20_dynrdns.cf hfilter.lua: reads a name a line, prints what the packages' own rules say: "1 4" as filters.c.
# Perl's expressions are SpamAssassin's, and those of rspamd's table mean the same in it.
use strict;
use warnings;

sub slurp { open(my $file, '<', $_[0]) or die "$_[0]: $!\n"; local $/; return <$file>; }

my ($cf, $lua) = map { slurp($_) } @ARGV;
my %header;
$header{$1} = eval "qr$2" // die "$1: $@" while $cf =~ m{^header\s+(__RDNS\w+)\s+X-Spam-Relays-External\s+=~\s+(/.*/i?)\s*$}mg;
my ($meta) = $cf =~ /^meta\s+RDNS_DYNAMIC\s+(.*)$/m or die "no RDNS_DYNAMIC\n";
$meta =~ s/__LAST_EXTERNAL_RELAY_NO_AUTH/1/;
$meta =~ s/(__\w+)/\$hit->{$1}/g;
my $dynamic = eval "sub { my \$hit = shift; $meta }" or die "meta: $@";

my ($table) = $lua =~ /local checks_hellohost = \[\[\n(.*?)\]\]/s or die "no table of host names\n";
my @weights = map { m{^/(.*)/i (\d)$} ? [qr/$1/i, $2] : die "rspamd: $_\n" } split /\n/, $table;

while (my $name = <STDIN>) {
    chomp $name;
    my $relay = "[ ip=203.0.113.7 rdns=$name helo=x by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]";
    my $hit = { map { $_ => scalar($relay =~ $header{$_}) || 0 } keys %header };
    my $most = 0;
    for my $rule (@weights) { $most = $rule->[1] if $rule->[1] > $most && $name =~ $rule->[0]; }
    printf "%d %d\n", $dynamic->($hit) ? 1 : 0, $most;
}
