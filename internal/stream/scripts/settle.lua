-- Gives slots of one webhook back and notes how the exchanges ended.
--
-- KEYS[1]  set of slots
-- KEYS[2]  condition
-- ARGV[1]  now, in Unix milliseconds, or empty for the clock of the server
-- ARGV[2]  the limit of the webhook
-- ARGV[3]  the epoch
-- ARGV[4]  failures in a row that open the circuit
-- ARGV[5]  for how long it opens first, in milliseconds, jittered
-- ARGV[6]  for how long it opens at the most, in milliseconds, jittered
-- ARGV     then pairs of event and end: 0 none, 1 answered, 2 failed, 3 throttled
-- Returns {state, changed}: the state of the circuit is 0 closed and well, 1 closed
-- and to be told of every end, 2 open; changed says that this opened or closed it.
local now, limit, epoch = clock(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local c = readCondition(redis.call('GET', KEYS[2]), epoch)
local before, events = c.open, {}
for i = 7, #ARGV, 2 do
  local event, how = tonumber(ARGV[i]), ARGV[i + 1]
  local decides = c.probe == event
  events[#events + 1] = ARGV[i]
  if decides then
    c.probe = 0
  end
  if epoch < c.epoch then
    how = '0' -- of a time before the webhook was stopped and started
  end
  if how == '1' then
    c.failures, c.open, c.span, c.probe, c.good = 0, 0, 0, 0, c.good + 1
    if c.cut > 0 and c.good >= limitOf(limit, c) then
      c.cut, c.good = c.cut - 1, 0
    end
  elseif how ~= '0' then
    c.failures = c.failures + 1
    if how == '3' then
      c.cut, c.good = math.min(c.cut + 1, limit - 1), 0
    end
    if decides or c.open == 0 and c.failures >= tonumber(ARGV[4]) then
      c.span = math.min(math.max(2 * c.span, tonumber(ARGV[5])), tonumber(ARGV[6]))
      c.open = now + c.span
    end
  end
end
redis.call('ZREM', KEYS[1], unpack(events))
writeCondition(KEYS[2], c, now)
local state = c.open > 0 and 2 or (c.failures + c.cut > 0 and 1 or 0)
return {state, (before > 0) ~= (c.open > 0) and 1 or 0}
