-- Confirms that a consumer still works on entries: their idle time begins anew,
-- their number of deliveries stays. Entries of another consumer are not touched.
-- The number is set explicitly, since not every server leaves it alone for JUSTID.
--
-- KEYS[1]  stream
-- ARGV[1]  consumer group
-- ARGV[2]  consumer
-- ARGV     then entry ids in their order, so that one look at what lies between the
--          first and the last does for all: the embedded server takes as long for
--          one id as for all
-- Returns the ids that are not pending for this consumer (any more).
local step, from, held = 1000, ARGV[3], {}
repeat
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], from, ARGV[#ARGV], step, ARGV[2])
  for _, entry in ipairs(pending) do
    held[entry[1]] = entry[4]
  end
  if #pending == step then
    local ms, seq = string.match(pending[step][1], '(%d+)-(%d+)')
    from = string.format('%s-%.0f', ms, tonumber(seq) + 1)
  end
until #pending < step
local lost, byDeliveries = {}, {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local deliveries = held[id]
  if deliveries then
    local ids = byDeliveries[deliveries] or {}
    byDeliveries[deliveries] = ids
    ids[#ids + 1] = id
  else
    lost[#lost + 1] = id
  end
end
for deliveries, ids in pairs(byDeliveries) do
  ids[#ids + 1] = 'RETRYCOUNT'
  ids[#ids + 1] = deliveries
  ids[#ids + 1] = 'JUSTID'
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))
end
return lost
