-- Moves events that are due from the delayed set to the end of the stream, the
-- earliest first.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  delayed set
-- ARGV[1]  now, in Unix milliseconds
-- ARGV[2]  the most events to move
-- Returns {number of events moved, due time of the earliest that is left}; the
-- time is a string in Unix milliseconds, empty where nothing is left.
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, event in ipairs(due) do
  redis.call('XADD', KEYS[1], '*', 'e', event)
end
if #due > 0 then
  redis.call('ZREM', KEYS[2], unpack(due))
end
local earliest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {#due, earliest[2] or ''}
