//! Assignments inside a frame; outside one, an assignment is worth what it assigns.

use std::rc::Rc;

use oxc_ast::ast::*;

use super::super::Folder;
use super::super::eval::In;
use super::super::heap::{Frame, Js, Res, Stop, UNDEFINED, derived};

impl<'a> Folder<'_, 'a> {
    pub(in super::super) fn assignment(&self, assignment: &'a AssignmentExpression<'a>, frame: In<'_>) -> Res {
        let Some(frame) = frame else {
            return match assignment.operator {
                AssignmentOperator::Assign => self.eval(&assignment.right, None),
                _ => {
                    let value = self.eval(&assignment.right, None)?;
                    Ok(Js::V(derived(self.origins(&value))))
                }
            };
        };
        if let Some(pattern) = assignment.left.as_assignment_target_pattern() {
            let value = self.eval(&assignment.right, Some(frame))?;
            self.assign_pattern(pattern, &value, frame)?;
            return Ok(value);
        }
        match &assignment.left {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                let Some(symbol) = self.module.symbol(identifier) else {
                    return Err(Stop::Bail);
                };
                let value = if assignment.operator == AssignmentOperator::Assign {
                    self.eval(&assignment.right, Some(frame))?
                } else {
                    let old = self.variable(symbol, frame)?;
                    self.compound(assignment.operator, old, &assignment.right, frame)?
                };
                self.set_variable(symbol, &value, frame)?;
                Ok(value)
            }
            target => {
                let member = target.as_member_expression().ok_or(Stop::Bail)?;
                let object = self.eval(member.object(), Some(frame))?;
                let name = self.member_name(member, Some(frame))?;
                let value = if assignment.operator == AssignmentOperator::Assign {
                    self.eval(&assignment.right, Some(frame))?
                } else {
                    let old = self.get(&object, &name)?;
                    self.compound(assignment.operator, old, &assignment.right, frame)?
                };
                self.put(&object, &name, &value)?;
                Ok(value)
            }
        }
    }

    fn compound(&self, operator: AssignmentOperator, old: Js, right: &'a Expression<'a>, frame: &Rc<Frame>) -> Res {
        if let Some(operator) = operator.to_logical_operator() {
            return self.logical(operator, old, right, Some(frame));
        }
        let operator = operator.to_binary_operator().ok_or(Stop::Bail)?;
        let right = self.eval(right, Some(frame))?;
        self.binary(operator, &old, &right)
    }

    pub(in super::super) fn update(&self, update: &'a UpdateExpression<'a>, frame: In<'_>) -> Res {
        let Some(frame) = frame else {
            return Ok(Js::V(derived(super::super::Origins::default())));
        };
        let step = if update.operator == UpdateOperator::Increment {
            1.0
        } else {
            -1.0
        };
        let (old, new) = match &update.argument {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                let Some(symbol) = self.module.symbol(identifier) else {
                    return Err(Stop::Bail);
                };
                let old = self.number(&self.variable(symbol, frame)?).ok_or(Stop::Bail)?;
                self.set_variable(symbol, &Js::number(old + step), frame)?;
                (old, old + step)
            }
            target => {
                let member = target.as_member_expression().ok_or(Stop::Bail)?;
                let object = self.eval(member.object(), Some(frame))?;
                let name = self.member_name(member, Some(frame))?;
                let old = self.number(&self.get(&object, &name)?).ok_or(Stop::Bail)?;
                self.put(&object, &name, &Js::number(old + step))?;
                (old, old + step)
            }
        };
        Ok(Js::number(if update.prefix { new } else { old }))
    }

    fn assign_pattern(&self, pattern: &'a AssignmentTargetPattern<'a>, value: &Js, frame: &Rc<Frame>) -> Res<()> {
        match pattern {
            AssignmentTargetPattern::ArrayAssignmentTarget(array) => {
                let (items, _) = self.iterated(value).filter(|(_, open)| !open).ok_or(Stop::Bail)?;
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        self.assign_maybe(element, items.get(index).cloned().unwrap_or(UNDEFINED), frame)?;
                    }
                }
                match &array.rest {
                    Some(rest) => {
                        let items = items.get(array.elements.len()..).unwrap_or_default().to_vec();
                        let items = self.alloc_array(items)?;
                        self.assign_target(&rest.target, &items, frame)
                    }
                    None => Ok(()),
                }
            }
            AssignmentTargetPattern::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    self.assign_property(property, value, frame)?;
                }
                if object.rest.is_some() { Err(Stop::Bail) } else { Ok(()) }
            }
        }
    }

    fn assign_property(&self, property: &'a AssignmentTargetProperty<'a>, value: &Js, frame: &Rc<Frame>) -> Res<()> {
        match property {
            AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(it) => {
                let mut value = self.get(value, it.binding.name.as_str())?;
                if let Some(init) = &it.init {
                    value = self.or_default_in(value, init, frame)?;
                }
                let symbol = self.module.symbol(&it.binding).ok_or(Stop::Bail)?;
                self.set_variable(symbol, &value, frame)
            }
            AssignmentTargetProperty::AssignmentTargetPropertyProperty(it) => {
                let key = self.key(&it.name, Some(frame))?.ok_or(Stop::Bail)?;
                self.assign_maybe(&it.binding, self.get(value, &key)?, frame)
            }
        }
    }

    fn assign_maybe(&self, target: &'a AssignmentTargetMaybeDefault<'a>, value: Js, frame: &Rc<Frame>) -> Res<()> {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(it) => {
                let value = self.or_default_in(value, &it.init, frame)?;
                self.assign_target(&it.binding, &value, frame)
            }
            target => self.assign_target(target.to_assignment_target(), &value, frame),
        }
    }

    /// Gives a target a value.
    pub(in super::super) fn assign_target(
        &self,
        target: &'a AssignmentTarget<'a>,
        value: &Js,
        frame: &Rc<Frame>,
    ) -> Res<()> {
        if let Some(pattern) = target.as_assignment_target_pattern() {
            return self.assign_pattern(pattern, value, frame);
        }
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                let symbol = self.module.symbol(identifier).ok_or(Stop::Bail)?;
                self.set_variable(symbol, value, frame)
            }
            target => {
                let member = target.as_member_expression().ok_or(Stop::Bail)?;
                let object = self.eval(member.object(), Some(frame))?;
                let name = self.member_name(member, Some(frame))?;
                self.put(&object, &name, value)
            }
        }
    }
}
