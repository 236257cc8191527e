-- Counts the parked events.
--
-- KEYS[1]  sorted set of webhooks with parked events
-- ARGV[1]  what the names of the lists begin with; they share the slot of the key
-- ARGV[2]  what those of events with an attempt end with
local waiting = 0
for _, webhook in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  waiting = waiting + redis.call('LLEN', ARGV[1] .. webhook) + redis.call('LLEN', ARGV[1] .. webhook .. ARGV[2])
end
return waiting
