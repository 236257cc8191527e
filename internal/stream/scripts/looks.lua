-- Names webhooks whose parked events are to be looked at, and keeps others from
-- looking at them too for a while.
--
-- KEYS[1]  sorted set of webhooks with parked events, by when to look at them
-- ARGV[1]  now, in Unix milliseconds
-- ARGV[2]  when to look again if nobody says otherwise, in Unix milliseconds
-- ARGV[3]  the most webhooks
-- Returns {webhooks, when the next is to be looked at}; the time is a string in
-- Unix milliseconds, empty where none waits.
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, webhook in ipairs(due) do
  redis.call('ZADD', KEYS[1], ARGV[2], webhook)
end
local earliest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {due, earliest[2] or ''}
