-- lease-core for rumur. The five constants are replaced by the script that runs it.
const
  W: 3;
  A: 3;
  TTL: 3;
  GRACE: 2;
  E: 2;
  FULL: TTL + GRACE + 1;

type
  Worker: scalarset(W);
  Attempt: scalarset(A);
  Status: enum { Queued, Leased, Completed };
  Epoch: 0 .. E;

var
  status: array [Attempt] of Status;
  owner: array [Attempt] of Worker; -- undefined: none
  rem: array [Attempt] of 0 .. FULL;
  epoch: array [Attempt] of Epoch;
  up: array [Worker] of boolean;
  belief: array [Worker] of array [Attempt] of Epoch;

startstate begin
  for a: Attempt do
    status[a] := Queued;
    undefine owner[a];
    rem[a] := 0;
    epoch[a] := 0;
  end;
  for w: Worker do
    up[w] := true;
    for a: Attempt do belief[w][a] := 0; end;
  end;
end;

ruleset w: Worker; a: Attempt do
  rule "claim" up[w] & status[a] = Queued & epoch[a] < E ==>
  begin
    status[a] := Leased;
    owner[a] := w;
    rem[a] := FULL;
    epoch[a] := epoch[a] + 1;
    belief[w][a] := epoch[a];
  end;

  rule "heartbeat" up[w] & status[a] = Leased & belief[w][a] = epoch[a] ==>
  begin
    rem[a] := FULL;
  end;

  rule "complete" up[w] & status[a] = Leased & belief[w][a] = epoch[a] ==>
  begin
    status[a] := Completed;
    undefine owner[a];
    rem[a] := 0;
    belief[w][a] := 0;
  end;

  rule "stale" up[w] & belief[w][a] != 0 & !(status[a] = Leased & belief[w][a] = epoch[a]) ==>
  begin
    belief[w][a] := 0;
  end;
end;

rule "tick" exists a: Attempt do status[a] = Leased & rem[a] > 0 end ==>
begin
  for a: Attempt do
    if status[a] = Leased & rem[a] > 0 then rem[a] := rem[a] - 1; end;
  end;
end;

ruleset a: Attempt do
  rule "expire" status[a] = Leased & rem[a] = 0 ==>
  begin
    status[a] := Queued;
    undefine owner[a];
  end;
end;

ruleset w: Worker do
  rule "crash" up[w] ==>
  begin
    up[w] := false;
    for a: Attempt do belief[w][a] := 0; end;
  end;

  rule "restart" !up[w] ==>
  begin
    up[w] := true;
  end;
end;

invariant "only the owner believes"
  forall a: Attempt do
    forall w: Worker do
      status[a] = Leased & belief[w][a] = epoch[a] -> !isundefined(owner[a]) & owner[a] = w
    end
  end;

invariant "no belief above the epoch"
  forall a: Attempt do forall w: Worker do belief[w][a] <= epoch[a] end end;
