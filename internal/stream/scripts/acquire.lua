-- Takes slots of webhooks, never more at a time than the limit. An event that
-- holds a slot keeps it, with the new end of its lease.
--
-- KEYS     one set of slots for each webhook
-- ARGV[1]  now, in Unix milliseconds: leases that ended by then count no more
-- ARGV[2]  end of the new leases, in Unix milliseconds
-- ARGV     then for each key: the limit, the number of events, and the events
-- Returns 1 or 0 for each event, in their order.
local granted, at = {}, 3
for _, key in ipairs(KEYS) do
  local limit, events = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local held = redis.call('ZCARD', key)
  -- Only where slots are scarce is it worth looking at the leases.
  local scarce = held + events > limit
  if scarce then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1])
    held = redis.call('ZCARD', key)
  end
  local taken = {}
  for i = at + 2, at + 1 + events do
    local holds = scarce and redis.call('ZSCORE', key, ARGV[i])
    if holds or held < limit then
      taken[#taken + 1] = ARGV[2]
      taken[#taken + 1] = ARGV[i]
      granted[#granted + 1] = 1
      held = held + (holds and 0 or 1)
    else
      granted[#granted + 1] = 0
    end
  end
  if #taken > 0 then
    redis.call('ZADD', key, unpack(taken))
  end
  at = at + 2 + events
end
return granted
