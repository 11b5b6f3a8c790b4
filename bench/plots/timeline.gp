# timeline.gp: gnuplot -c timeline.gp PICTURE DATA: each statement through three failovers.
#
# A column for each story, a row for each client; DATA is what bench/failover/Timeline.pm
# writes.  Shapes tell what colours tell.

data = ARG2
set terminal svg size 1000,640 font "Helvetica,Arial,sans-serif,13" background "white"
set output ARG1
set datafile separator "\t"

array story[3] = ["planned", "kill", "black hole"]
array title[3] = ["Planned failover", "The principal is killed", "The principal's host vanishes"]
array before[3] = [0.6, 0.6, 1.8]
array after[3] = [2, 2, 12]
array ticks[3] = [0.5, 0.5, 2]
array client[3] = ["this", "python3-tds", "tds_fdw"]
array name[3] = ["tds\\_mirror\\_fdw", "python3-tds", "tds\\_fdw"]

blue = "#0072b2"
orange = "#d55e00"
mine(s, c) = (strcol(1) eq story[s] && strcol(2) eq client[c])
answered(s, c, who) = (mine(s, c) && strcol(5) eq "row" && strcol(6) eq who ? $4 : NaN)
long(s, c) = (mine(s, c) && strcol(5) ne "none" && $4 > 100 ? $4 : NaN)
failed(s, c) = (mine(s, c) && strcol(5) eq "error" ? $4 : NaN)
none(s, c) = (mine(s, c) && strcol(5) eq "none" ? $4 : NaN)

# how long nobody was principal; before there are ranges, which would hide it
array taken[3]
do for [s = 1:3] {
	stats data using (strcol(1) eq story[s] && strcol(5) eq "principal" ? $4 / 1000 : NaN) nooutput
	taken[s] = STATS_max
}

set multiplot layout 3,3 margins 0.105,0.985,0.155,0.93 spacing 0.025,0.035
# what stands once, around the nine: drawn with the first of them
set label 1 "start of the statement, seconds after the event" at screen 0.545,0.088 center
set label 2 "time to its answer, ms" at screen 0.015,0.54 center rotate by 90
set label 3 "answered by A, the former principal" at screen 0.075,0.03 point pt 7 ps 0.6 lc rgb blue offset 1,0
set label 4 "answered by B" at screen 0.375,0.03 point pt 8 ps 0.8 lw 1.5 lc rgb orange offset 1,0
set label 5 "failed" at screen 0.52,0.03 point pt 2 ps 1 lw 2.5 lc "black" offset 1,0
set label 6 "the wait, where it is long" at screen 0.64,0.036
set arrow 6 from screen 0.605,0.03 to screen 0.633,0.03 nohead lw 2 lc "#707070"
set label 7 "nobody is principal" at screen 0.86,0.036
set object 7 rectangle from screen 0.835,0.018 to screen 0.852,0.042 fc "#d8d8d8" fs solid noborder
set logscale y
set yrange [0.2:40000]
set border 3 lc "#808080"
set tics nomirror scale 0.5
set grid y lc "#e4e4e4" lt 1
unset key

do for [c = 1:3] {
	do for [s = 1:3] {
		set xrange [-before[s]:after[s]]
		set xtics ticks[s] textcolor "black"
		if (c < 3) { set format x "" } else { set format x "%g" }
		set ytics (1, 10, 100, 1000, 10000) textcolor "black"
		if (s > 1) { set format y ""; unset ylabel } else {
			set format y "%g"
			set ylabel name[c] offset 0.5,0 font ",14"
		}
		if (c == 1) { set title title[s] offset 0,-0.4 font ",15" } else { unset title }
		set object 1 rectangle from 0,graph 0 to taken[s],graph 1 fc "#d8d8d8" fs solid noborder behind
		set arrow 1 from 0,graph 0 to 0,graph 1 nohead lc "black" lw 1 dt 2 back
		plot data using 3:(long(s, c)):($4 / 1000):(0) with vectors nohead lw 2 lc "#707070", \
			data using 3:(none(s, c)):(after[s] - $3):(0) with vectors filled head size screen 0.01,20 lw 2 lc "black", \
			data using 3:(answered(s, c, "A")) with points pt 7 ps 0.5 lc rgb blue, \
			data using 3:(answered(s, c, "B")) with points pt 8 ps 0.7 lw 1.4 lc rgb orange, \
			data using 3:(failed(s, c)) with points pt 2 ps 1 lw 2.5 lc "black", \
			data using 3:(none(s, c) * 2):("no answer") with labels left offset 0.4,0
		if (c == 1 && s == 1) {
			do for [i = 1:7] { unset label i }
			unset arrow 6
			unset object 7
		}
	}
}
unset multiplot
