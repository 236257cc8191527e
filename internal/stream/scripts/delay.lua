-- Puts events into the delayed set. An event that waits there gets the new time;
-- one that is in the stream stays in the stream.
--
-- KEYS[1]  set of queued events
-- KEYS[2]  delayed set
-- ARGV     pairs of event number and due time in Unix milliseconds
-- Returns the number of events that the queue did not hold before.
local added = 0
for i = 1, #ARGV, 2 do
  local event, due = ARGV[i], ARGV[i + 1]
  if redis.call('SADD', KEYS[1], event) == 1 then
    added = added + 1
    redis.call('ZADD', KEYS[2], due, event)
  else
    redis.call('ZADD', KEYS[2], 'XX', due, event)
  end
end
return added
