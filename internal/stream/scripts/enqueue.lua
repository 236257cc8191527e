-- Puts events that the queue does not hold yet at the end of the stream.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  set of queued events
-- ARGV[1]  who queues them, or empty
-- ARGV     then event numbers
-- Returns the number of events added.
local known = redis.call('SMISMEMBER', KEYS[2], unpack(ARGV, 2))
local added, seen = {}, {}
for i = 2, #ARGV do
  local event = ARGV[i]
  if known[i - 1] == 0 and not seen[event] then
    seen[event] = true
    added[#added + 1] = event
    if ARGV[1] == '' then
      redis.call('XADD', KEYS[1], '*', 'e', event)
    else
      redis.call('XADD', KEYS[1], '*', 'e', event, 'b', ARGV[1])
    end
  end
end
if #added > 0 then
  redis.call('SADD', KEYS[2], unpack(added))
end
return #added
