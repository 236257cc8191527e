-- Confirms that a consumer still works on entries: their idle time begins anew,
-- their number of deliveries stays. Entries of another consumer are not touched.
-- The number is set explicitly, since not every server leaves it alone for JUSTID.
--
-- KEYS[1]  stream
-- ARGV[1]  consumer group
-- ARGV[2]  consumer
-- ARGV     then entry ids
-- Returns the ids that are not pending for this consumer (any more).
local lost, byDeliveries = {}, {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2])
  if #pending == 0 then
    lost[#lost + 1] = id
  else
    local ids = byDeliveries[pending[1][4]] or {}
    byDeliveries[pending[1][4]] = ids
    ids[#ids + 1] = id
  end
end
for deliveries, ids in pairs(byDeliveries) do
  ids[#ids + 1] = 'RETRYCOUNT'
  ids[#ids + 1] = deliveries
  ids[#ids + 1] = 'JUSTID'
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))
end
return lost
