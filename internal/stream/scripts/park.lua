-- Moves deliveries from the stream to where the events of their webhook wait,
-- acknowledged and kept in one step. One that another consumer has taken out
-- meanwhile is left alone.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  sorted set of webhooks with parked events, by when to look at them
-- KEYS     then lists of parked events
-- ARGV[1]  consumer group
-- ARGV     then for each delivery: entry id, event, index of its list among the
--          lists, webhook, and when to look, in Unix milliseconds
-- Returns the number of deliveries moved.
local ids, moved = {}, 0
for i = 2, #ARGV, 5 do
  ids[#ids + 1] = ARGV[i]
end
local all = redis.call('XACK', KEYS[1], ARGV[1], unpack(ids)) == #ids
if all then
  redis.call('XDEL', KEYS[1], unpack(ids))
end
local lists, looks = {}, {}
for i = 2, #ARGV, 5 do
  if all or redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    local list, webhook, look = KEYS[2 + tonumber(ARGV[i + 2])], ARGV[i + 3], tonumber(ARGV[i + 4])
    lists[list] = lists[list] or {}
    table.insert(lists[list], ARGV[i + 1])
    looks[webhook] = math.min(looks[webhook] or look, look)
    moved = moved + 1
  end
end
for list, events in pairs(lists) do
  redis.call('RPUSH', list, unpack(events))
end
for webhook, look in pairs(looks) do
  local earlier = redis.call('ZSCORE', KEYS[2], webhook)
  if not earlier or look < tonumber(earlier) then
    redis.call('ZADD', KEYS[2], string.format('%.0f', look), webhook)
  end
end
return moved
