-- Does in Neovim what a person does, and writes what comes of it: diagnostics as they change, a hover, an action.

local PATIENCE = 60000
local result = {}

local function codes()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    local data = one.user_data and one.user_data.lsp or {}
    table.insert(found, { line = one.lnum + 1, rule = one.code or data.code, message = one.message, source = one.source })
  end
  table.sort(found, function(one, other) return one.line < other.line end)
  return found
end

local function has(rule)
  for _, one in ipairs(codes()) do
    if one.rule == rule then
      return true
    end
  end
  return false
end

local function becomes(what, condition)
  if not vim.wait(PATIENCE, condition, 20) then
    error("it does not become so: " .. what .. ": " .. vim.inspect(codes()))
  end
end

local function run()
  vim.cmd("edit compose.yaml")
  becomes("privileged is found", function() return has("privileged") end)
  result.opened = codes()

  vim.api.nvim_buf_set_lines(0, 3, 4, false, { "    privileged: false" })
  becomes("privileged is gone", function() return has("net-raw") and not has("privileged") end)
  result.changed = codes()
  vim.cmd("silent undo")
  becomes("privileged is back", function() return has("privileged") end)

  vim.api.nvim_win_set_cursor(0, { 6, 9 })
  local shown
  vim.lsp.util.open_floating_preview, shown = function(lines) result.hover = lines end, vim.lsp.util.open_floating_preview
  vim.lsp.buf.hover()
  becomes("a hover is shown", function() return result.hover ~= nil end)
  vim.lsp.util.open_floating_preview = shown

  vim.ui.select = function(items, _, choose)
    result.actions = {}
    local chosen
    for _, item in ipairs(items) do
      local action = item.action or item[2]
      table.insert(result.actions, action.title)
      if action.title:find("gnore", 1, true) and not chosen then
        chosen = item
      end
    end
    choose(chosen)
  end
  vim.api.nvim_win_set_cursor(0, { 4, 17 })
  vim.lsp.buf.code_action()
  becomes("the finding is accepted", function() return not has("privileged") end)
  result.mended = vim.api.nvim_buf_get_lines(0, 0, -1, false)

  vim.cmd("silent edit! values.yaml")
  vim.wait(500)
  result.other = codes()

  vim.cmd("silent edit! web.container")
  becomes("something is found in a unit", function() return #codes() > 0 end)
  result.quadlet = codes()
end

local worked, failure = pcall(run)
result.failure = not worked and tostring(failure) or nil
local file = assert(io.open(vim.env.DROPCAP_TEST_RESULTS, "w"))
file:write(vim.fn.json_encode(result))
file:close()
vim.cmd("qall!")
