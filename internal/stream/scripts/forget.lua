-- Removes consumers from a group, save those with pending entries: Redis would
-- drop these entries from the group, and nobody would ever get them.
--
-- KEYS[1]  stream
-- ARGV[1]  consumer group
-- ARGV     then consumers
-- Returns the number of consumers removed.
local removed = 0
for i = 2, #ARGV do
  if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[i]) == 0 then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[i])
    removed = removed + 1
  end
end
return removed
