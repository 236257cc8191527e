-- Moves deliveries from the stream to the delayed set, acknowledged and kept in
-- one step. One that another consumer has taken out meanwhile is left alone.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  delayed set
-- ARGV[1]  consumer group
-- ARGV     then triples of entry id, event number and due time in Unix milliseconds
-- Returns the number of deliveries moved.
local ids, due = {}, {}
for i = 2, #ARGV, 3 do
  ids[#ids + 1] = ARGV[i]
  due[#due + 1] = ARGV[i + 2]
  due[#due + 1] = ARGV[i + 1]
end
if redis.call('XACK', KEYS[1], ARGV[1], unpack(ids)) == #ids then
  redis.call('XDEL', KEYS[1], unpack(ids))
  redis.call('ZADD', KEYS[2], unpack(due))
  return #ids
end
local moved = 0
for i, id in ipairs(ids) do
  if redis.call('XDEL', KEYS[1], id) == 1 then
    redis.call('ZADD', KEYS[2], due[2 * i - 1], due[2 * i])
    moved = moved + 1
  end
end
return moved
