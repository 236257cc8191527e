-- Takes over entries that their consumer has neither acknowledged nor confirmed
-- for a while. Pending entries that no longer exist in the stream are
-- acknowledged: Redis before 7 would return them as empty for ever.
--
-- KEYS[1]  stream
-- ARGV[1]  consumer group
-- ARGV[2]  consumer that takes over
-- ARGV[3]  least time without a sign of life, in milliseconds
-- ARGV[4]  the most entries to look at
-- ARGV[5]  entry id to begin with, or '-'
-- Returns {last entry id looked at, messages}; the id is empty where no more is
-- left. A message is {entry id, number of deliveries with this one, {field, value, …}}.
local limit = tonumber(ARGV[4])
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], ARGV[5], '+', limit)
if #pending == 0 then
  return {'', {}}
end
local ids, deliveries = {}, {}
for i, entry in ipairs(pending) do
  ids[i] = entry[1]
  deliveries[entry[1]] = entry[4] + 1
end
local messages = {}
for _, entry in ipairs(redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))) do
  if entry then
    messages[#messages + 1] = {entry[1], deliveries[entry[1]], entry[2]}
    deliveries[entry[1]] = nil
  end
end
for id in pairs(deliveries) do
  redis.call('XACK', KEYS[1], ARGV[1], id)
end
return {#ids < limit and '' or ids[#ids], messages}
