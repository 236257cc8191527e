-- Puts events that the queue does not hold yet at the end of the stream.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  set of queued events
-- ARGV     event numbers
-- Returns the number of events added.
local known = redis.call('SMISMEMBER', KEYS[2], unpack(ARGV))
local added, seen = {}, {}
for i, event in ipairs(ARGV) do
  if known[i] == 0 and not seen[event] then
    seen[event] = true
    added[#added + 1] = event
    redis.call('XADD', KEYS[1], '*', 'e', event)
  end
end
if #added > 0 then
  redis.call('SADD', KEYS[2], unpack(added))
end
return #added
