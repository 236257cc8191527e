-- Takes deliveries out of the queue. One that another consumer has taken out
-- meanwhile is left alone: its event may be queued anew.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  set of queued events
-- ARGV[1]  consumer group
-- ARGV     then pairs of entry id and event number
-- Returns the number of deliveries taken out.
local ids, events = {}, {}
for i = 2, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  events[#events + 1] = ARGV[i + 1]
end
if redis.call('XACK', KEYS[1], ARGV[1], unpack(ids)) == #ids then
  redis.call('XDEL', KEYS[1], unpack(ids))
  redis.call('SREM', KEYS[2], unpack(events))
  return #ids
end
local done = 0
for i, id in ipairs(ids) do
  if redis.call('XDEL', KEYS[1], id) == 1 then
    redis.call('SREM', KEYS[2], events[i])
    done = done + 1
  end
end
return done
